package t8

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/scefkit/scefkit/fault"
)

// Conditional requests (RFC 9110 §13; their 412 is one of the statuses of TS 29.122 §5.2.6): a Handler gives the answers
// that show one resource an ETag, and takes If-None-Match for a retrieval and If-Match or If-None-Match for a change.

// A Condition is what a request to change a resource wants of its present state: If-Match and If-None-Match. The zero
// value wants nothing.
//
// A Handler compares before it calls the procedure, with what the retrieval of the resource answers; between this and
// the change another request may come. A procedure closes the gap when it asks [Precondition] in its transaction and
// before it changes anything; one that does not ask offers a best effort.
type Condition struct {
	match     []string // If-Match; nil: not there
	noneMatch []string // If-None-Match
}

// Precondition returns the condition of the request that ctx belongs to, which is that of [IfMatch] when the procedure
// was called in process.
func Precondition(ctx context.Context) Condition {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c.condition
	}
	c, _ := ctx.Value(conditionKey{}).(Condition)
	return c
}

// IsZero reports whether nothing is wanted, so that the resource need not be built to be checked.
func (c Condition) IsZero() bool { return c.match == nil && c.noneMatch == nil }

// Check compares the condition with the present state of the resource: what its retrieval would answer, a pointer to one
// of the types of this package, or nil when there is none. The error is a *[fault.Error] of code
// fault.PreconditionFailed (412), which the procedure returns. Check may be called again.
func (c Condition) Check(current any) error {
	if c.IsZero() {
		return nil
	}
	tag := ""
	if current != nil {
		b, err := encodeBody(current)
		if err != nil {
			return fault.Wrap("t8.Precondition", fault.Internal, err)
		}
		tag = etagOf(b)
	}
	return c.compare(tag)
}

// compare compares with an entity tag, "" when there is no resource.
func (c Condition) compare(tag string) error {
	if c.match != nil && !matches(c.match, tag, false) {
		return fault.New("t8.Precondition", fault.PreconditionFailed, "the resource is not as If-Match wants it")
	}
	if c.noneMatch != nil && matches(c.noneMatch, tag, true) {
		return fault.New("t8.Precondition", fault.PreconditionFailed, "the resource is as If-None-Match does not want it")
	}
	return nil
}

// matches reports whether tag is among those of a header (RFC 9110 §8.8.3); a weak one counts only when weak is set.
func matches(header []string, tag string, weak bool) bool {
	if tag == "" {
		return false
	}
	for _, line := range header {
		for line != "" {
			line = strings.TrimLeft(line, " \t,")
			if strings.HasPrefix(line, "*") {
				return true
			}
			isWeak := strings.HasPrefix(line, "W/")
			line = strings.TrimPrefix(line, "W/")
			if !strings.HasPrefix(line, `"`) {
				break // not a tag; what follows cannot be told apart
			}
			end := strings.IndexByte(line[1:], '"') + 2
			if end < 2 {
				break
			}
			if line[:end] == tag && (weak || !isWeak) {
				return true
			}
			line = line[end:]
		}
	}
	return false
}

// etagOf returns the entity tag of a body: a strong one, as it changes with every octet.
func etagOf(body []byte) string {
	sum := sha256.Sum256(body)
	var b [18]byte
	b[0], b[17] = '"', '"'
	base64.RawURLEncoding.Encode(b[1:17], sum[:12])
	return string(b[:])
}

// conditional takes the headers of a request into c, and remembers how the resource is retrieved.
func (c *call) conditional(h http.Header, res *resource) {
	c.condition = Condition{match: h["If-Match"], noneMatch: h["If-None-Match"]}
	if !c.condition.IsZero() {
		c.get = res.methods[http.MethodGet]
	}
}

// precheck compares the condition of a change with what the resource is now.
func (c *call) precheck() error {
	if c.condition.IsZero() || c.rt.method == http.MethodGet || c.rt.method == http.MethodPost {
		return nil
	}
	if c.get == nil { // nobody got an ETag of it
		if matches(c.condition.match, "?", false) || c.condition.match == nil {
			return nil
		}
		return c.condition.compare("")
	}
	now, err := c.get.do(c)
	switch {
	case err == nil:
		return c.condition.Check(now.body)
	case !errors.Is(err, fault.NotFound):
		return err
	case slices.Contains(c.rt.status, http.StatusCreated):
		return c.condition.Check(nil)
	}
	return nil // the change itself is answered with what is wrong
}

// shows reports whether an answer with the given status shows the one resource that was asked for, created or changed, so
// that it has an ETag. That is the one of the body in the answer: what a PUT carried may differ from it, as the SCEF adds
// members of its own. Collections have none, even where one element stands for them.
func (rt *route) shows(status int) bool {
	if rt.answer == nil || rt.collection {
		return false
	}
	switch rt.method {
	case http.MethodGet:
		return status == http.StatusOK
	case http.MethodPost:
		return status == http.StatusCreated
	case http.MethodPut, http.MethodPatch:
		return status == http.StatusOK || status == http.StatusCreated
	}
	return false
}

type (
	conditionKey struct{}
	etagKey      struct{}
)

// IfMatch returns a context for calls of a [Client] that change a resource only while it has the given ETag, see
// [KeepETag]; "*" means any. The error of a call to a resource that has changed has code fault.PreconditionFailed.
// Whether an SCEF takes conditions is its own choice; one that does not ignores them.
func IfMatch(ctx context.Context, etag string) context.Context {
	return context.WithValue(ctx, conditionKey{}, Condition{match: []string{etag}})
}

// KeepETag returns a context for calls of a [Client] that store the ETag of the resource that an answer shows in etag,
// or "" when there is none. Calls with this context must not run at the same time.
func KeepETag(ctx context.Context, etag *string) context.Context {
	return context.WithValue(ctx, etagKey{}, etag)
}
