// What every page loads: htmx, menus, dialogs, copy buttons, theme, messages, shortcuts and live updates.
import "./htmx.js";
import "./menus.js";
import "./nav.js";
import "./copy.js";
import "./theme.js";
import "./timezone.js";
import "./toasts.js";
import "./shortcuts.js";
import "./links.js";
import "./filter.js";
import "./live.js";
import "./code.js";
import "./rows.js";
import "./scrollers.js";
import "./receipts.js";
import "./hints.js";
