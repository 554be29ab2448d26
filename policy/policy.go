// Package policy says who may do what: which SCS/AS is behind a request, what it may do, where notifications may go,
// and which alternative is taken wherever the specification leaves one open.
//
// The seams are small interfaces; [Static] is the implementation that a configuration file fills.
package policy

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"

	"github.com/scefkit/scefkit/id"
)

// An Authenticator finds out which SCS/AS sent a request.
//
// Authenticate returns its identity, or an error when the request carries no valid credential; the caller then answers
// 401 and puts the text of challenge, if it is not empty, into WWW-Authenticate. It does not read the body. Safe for
// concurrent use.
type Authenticator interface {
	Authenticate(r *http.Request) (scsas id.SCSASID, challenge string, err error)
}

// Operation names one operation of one T8 API, as "CreateNIDDConfiguration" of "3gpp-nidd".
type Operation struct {
	API string // title of the API, as "3gpp-nidd"
	ID  string // operationId
}

// An Authorizer says whether an SCS/AS may use an operation. A refusal is an error; the SCS/AS gets 403, or 401 where
// TS 29.122 says so. The path segment scsAsId is checked against the authenticated identity before. Safe for concurrent
// use.
type Authorizer interface {
	Authorize(ctx context.Context, scsas id.SCSASID, op Operation) error
}

// Destinations says where notifications may be sent.
//
// CheckURL looks at the text of a notification destination before anything is sent there, CheckAddr at every address
// that is about to be dialled, after name resolution; both return an error that says why not. CheckAddr is what protects
// (TS 29.122 leaves it open; a destination inside the operator's network must not be reached by way of the SCEF).
// Safe for concurrent use.
type Destinations interface {
	CheckURL(u *url.URL) error
	CheckAddr(addr netip.AddrPort) error
}
