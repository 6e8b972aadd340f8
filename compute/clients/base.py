"""What the clients share: one call, and an answer's refusal turned into a domain error."""

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from compute.clients.errors import NeighbourFailed
from compute.clients.transport import Answer, NeighbourUnavailable, transport
from compute.domain.errors import BadRequest, ComputeError, Conflict, Forbidden, NotFound
from middleware.context import RequestContext

Refusals = Mapping[int, Callable[[Answer], ComputeError]]

_BY_STATUS: Mapping[int, type[ComputeError]] = {
    400: BadRequest,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: Forbidden,
}
_TAGS = re.compile(r"<[^>]+>")


class Client:
    """A neighbour's REST API; subclasses name the service and the version header they ask with."""

    service: ClassVar[str]
    headers: ClassVar[Mapping[str, str]] = {}

    def _ask(
        self,
        context: RequestContext,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        refusals: Refusals | None = None,
    ) -> Any:
        """Send one request and return the parsed body, or raise what its refusal means."""
        try:
            answer = transport(self.service).call(
                method,
                path,
                context=context,
                body=body,
                query=query,
                headers={**self.headers, **headers} if headers else self.headers,
            )
        except NeighbourUnavailable as exc:
            raise NeighbourFailed(service=self.service, status=503, reason=str(exc)) from exc
        if answer.status < 300:
            return answer.body
        if refusals and answer.status in refusals:
            raise refusals[answer.status](answer)
        kind = _BY_STATUS.get(answer.status)
        if kind is not None:
            raise kind(sentence(answer))
        raise NeighbourFailed(service=self.service, status=answer.status, reason=sentence(answer))


def sentence(answer: Answer) -> str:
    """The human sentence in a refusal, whichever envelope the service wraps it in."""
    body = answer.body
    if isinstance(body, Mapping):
        errors = body.get("errors")
        if isinstance(errors, list) and errors:
            return str(errors[0].get("detail") or errors[0].get("title") or "")
        for fault in body.values():
            if isinstance(fault, Mapping) and "message" in fault:
                return str(fault["message"])
        if isinstance(body.get("message"), str):
            return str(body["message"])
    if isinstance(body, bytes):
        text = _TAGS.sub(" ", body.decode(errors="replace"))
        return " ".join(text.split())
    return f"HTTP {answer.status}"


def error_type(answer: Answer) -> str:
    """The name that Network gives its errors, "" elsewhere."""
    body = answer.body
    if isinstance(body, Mapping) and isinstance(body.get("NeutronError"), Mapping):
        return str(body["NeutronError"].get("type", ""))
    return ""
