"""Bodies have a size limit, also those that do not say their length.  No body is buffered here."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.http.response import HttpResponseBase

from middleware.base import GetResponse, Middleware, Request
from middleware.conf import conf
from middleware.webob_errors import page


class BoundedReader:
    """The body of a request without a length; raises once more than `limit` bytes came."""

    def __init__(self, source: Any, limit: int | None) -> None:
        self.source = source
        self.limit = limit
        self.count = 0

    @property
    def is_exceeded(self) -> bool:
        return self.limit is not None and self.count > self.limit

    def read(self, size: int | None = -1) -> bytes:
        if self.limit is not None and (size is None or size < 0):
            # One byte more than allowed tells that there is too much; the rest stays unread.
            size = self.limit + 1 - self.count
        return self._counted(self.source.read(size if size is not None and size >= 0 else None))

    def readline(self, size: int | None = -1) -> bytes:
        if self.limit is not None and (size is None or size < 0):
            size = self.limit + 1 - self.count
        return self._counted(self.source.readline(size if size is not None and size >= 0 else None))

    def close(self) -> None:
        """Nothing: the server closes what is its own."""

    def _counted(self, data: bytes) -> bytes:
        self.count += len(data)
        if self.is_exceeded:
            raise RequestDataTooBig(f"more than {self.limit} bytes")
        return data


class SizeLimit(Middleware):
    """Answer 413 to bodies above `MAX_REQUEST_BODY_SIZE`, but let uploads of data pass."""

    name = "sizelimit"

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.limit = conf.max_request_body_size
        self.unlimited = conf.unlimited_uploads

    def handle(self, request: Request) -> HttpResponseBase:
        meta = request.META
        length = meta.get("CONTENT_LENGTH")
        if not length:
            if "HTTP_TRANSFER_ENCODING" in meta:
                return self._bounded(request)
        elif self._is_too_long(length) and not self._is_unlimited(request):
            # Nova: the limit itself is missing in this sentence.
            return _refusal(request, "max_request_body_size (%s).")
        return self.get_response(request)

    def process_exception(self, request: Request, exc: Exception) -> HttpResponse | None:
        if isinstance(exc, RequestDataTooBig) and request.pipeline in self.pipelines:
            return _refusal(request, f"{self.limit}.")
        return None

    def _is_too_long(self, length: str) -> bool:
        return len(length) > 5 and length.isdecimal() and int(length) > self.limit

    def _is_unlimited(self, request: Request) -> bool:
        return request.method == "PUT" and self.unlimited.match(request.path_info) is not None

    def _bounded(self, request: Request) -> HttpResponseBase:
        limit = None if self._is_unlimited(request) else self.limit
        # Django would read nothing from a request without a length.
        reader = BoundedReader(request.environ["wsgi.input"], limit)
        request._stream = reader  # type: ignore[assignment]
        response = self.get_response(request)
        # Whatever was made of the exception on its way: the body was too large.
        return _refusal(request, f"{limit}.") if reader.is_exceeded else response


def _refusal(request: Request, limit: str) -> HttpResponse:
    response = page(request, 413, f"Request is too large. Larger than {limit}")
    # What is left of the body is not read, so the connection cannot be used again.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
