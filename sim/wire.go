package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/scefkit/scefkit/t8"
)

// requestText writes a request of HTTP/1.1 as it may have travelled: an Exchange knows no header fields.
func requestText(server string, x *t8.Exchange) []byte {
	target, host := x.URI, strings.ToLower(server)
	if u, err := url.Parse(x.URI); err == nil {
		target = u.RequestURI()
		if u.Host != "" {
			host = u.Host
		}
	}
	head := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\n", x.Method, target, host)
	kind := mediaType(x.Request)
	if x.Method == http.MethodPatch && kind == "application/json" {
		kind = "application/merge-patch+json"
		if bytes.HasPrefix(bytes.TrimSpace(x.Request), []byte("[")) {
			kind = "application/json-patch+json"
		}
	}
	return withBody(head, kind, x.Request)
}

// answerText writes an answer of HTTP/1.1.
func answerText(x *t8.Exchange) []byte {
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\n", x.Status, http.StatusText(x.Status))
	if x.Location != "" {
		head += "Location: " + x.Location + "\r\n"
	}
	if len(x.Answer) == 0 {
		if x.Status != http.StatusNoContent && x.Status != http.StatusNotModified {
			head += "Content-Length: 0\r\n"
		}
		return []byte(head + "\r\n")
	}
	kind := x.AnswerType
	if kind == "" {
		kind = mediaType(x.Answer)
	}
	return withBody(head, kind, x.Answer)
}

func withBody(head, kind string, body []byte) []byte {
	if len(body) > 0 {
		head += fmt.Sprintf("Content-Type: %s\r\nContent-Length: %d\r\n", kind, len(body))
	}
	return append([]byte(head+"\r\n"), body...)
}

// mediaType tells what a body probably is.
func mediaType(body []byte) string {
	if json.Valid(body) {
		return "application/json"
	}
	return "application/octet-stream"
}
