"""`python -m config.embedded up | manage …`, as the launcher calls it inside the environment."""

import sys

from config.embedded.up import manage, up
from config.launcher.terminal import Refusal, say


def main(verb: str, *arguments: str) -> int:
    try:
        if verb == "manage":
            return manage(arguments)
        up()
    except Refusal as refusal:
        say(str(refusal))
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
