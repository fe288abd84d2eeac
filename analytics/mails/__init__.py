"""Reports by mail: every Monday, or on the first of the month, at eight where the workspace is.

times        when one is due, and which period is over then; pure
moved        what a new time zone of the workspace does to when they are due
schedule     set up a report, its recipients, their end
due          the walk of every minute: due reports become mails, each claimed and sent once
digest       what changed, and what contributed most; pure
letter       the mail itself: text, HTML, PDF
links        the signed link that ends it
"""
