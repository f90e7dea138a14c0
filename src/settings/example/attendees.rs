//! What the example says of the attendee file.

/// The rest of `[attendees]`, and its tables.
pub(super) const TEXT: &str = "# a list, where there are several: file = [\"shop.csv\", \"friends.xlsx\"]
# cancelled = \"take_in\"           # also those whom a ticket shop's own list calls cancelled, refunded or denied
# empty_name = \"address\"          # take the name from the address where it is empty
# shared_addresses = \"allow\"      # several people may have one address
# several_addresses = \"split\"     # a cell with several addresses is an invitation to each
# suppress = \"unsubscribed.csv\"   # people who are not to be mailed: their addresses, in a file of any form
# max_problems = 50               # of more problems, so many are listed
# What follows is found out, and said by `roomkey check`; a line here settles it:
# sheet = \"Registrations\"         # of a workbook, or its number
# encoding = \"windows-1252\"       # of a text file
# delimiter = \";\"                # or \"tab\"
# quote = \"'\"                    # or \"none\"
# skip_lines = 4                  # above the line that names the columns

# [attendees.columns]             # where the file's headers are named otherwise
# email = \"E-Mail\"
# room = false                    # a column of this name means something else
#
# [attendees.only]                # rows with one of these values alone
# \"Ticket type\" = [\"Workshop\", \"Both\"]
#
# [attendees.except]              # rows with one of these values are left out
# Status = [\"cancelled\"]
";
