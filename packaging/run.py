"""Starts photofind from a checkout: python3 packaging/run.py [FOLDER ...]

Makes `.venv` and installs everything on the first run; all arguments go to photofind.
"""

import sys

from python_version import require_python

if __name__ == "__main__":
    require_python()
    # Only from here on may files hold what old Pythons can't read.
    from launch import start_photofind
    from report import exit_code_of

    sys.exit(exit_code_of(lambda: start_photofind(sys.argv[1:])))
