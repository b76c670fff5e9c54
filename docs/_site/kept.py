"""What previews keep from one build to the next: hooks themselves are loaded anew each time."""

from typing import Any

kept: dict[str, dict[str, Any]] = {}
