"""Checks everything: python3 packaging/test.py [-- PYTEST ARGUMENT ...]

Makes `.venv` as run.py does, adds the test tools, and runs lint, formatting, types, import
contracts and all tests, without a screen. With arguments it runs pytest alone, on them.
"""

import sys

from python_version import require_python

if __name__ == "__main__":
    require_python()
    # Only from here on may files hold what old Pythons can't read.
    from checks import check_everything
    from report import exit_code_of

    sys.exit(exit_code_of(lambda: check_everything(sys.argv[1:])))
