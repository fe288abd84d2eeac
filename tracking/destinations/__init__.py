"""Where events can be forwarded to: one module for each vendor.

    Batch ──to vendor's JSON──► one or two requests ──► Outcome, or DeliveryError, or Unacceptable

Importing this package registers all of them. What goes where, when, and how often it is tried: tracking.forwarding.
"""

from tracking.destinations import amplitude, log, mixpanel, slack, supabase, tinybird, webhook

__all__ = ["amplitude", "log", "mixpanel", "slack", "supabase", "tinybird", "webhook"]
