"""Write the page of rules to standard output."""

import sys

from app.template.rules.page import as_markdown

sys.stdout.write(as_markdown())
