"""A module that leaves a thread running when it is loaded, so that forking is not safe."""

import threading

threading.Thread(target=threading.Event().wait, daemon=True).start()
