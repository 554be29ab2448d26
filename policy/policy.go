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
// Authenticate returns it, or an error when the request carries no valid credential; the caller then answers 401 and
// puts the text of challenge, if it is not empty, into WWW-Authenticate. An error that is a *[fault.Error] says that the
// credential could not be checked, and is answered as it stands. It does not read the body. Safe for concurrent use.
//
// Three come with scefkit: static bearer tokens and client certificates by [Static], and access tokens of OAuth 2.0 by
// the module policy/oauth. [FirstOf] joins several.
type Authenticator interface {
	Authenticate(r *http.Request) (caller Caller, challenge string, err error)
}

// Caller is an SCS/AS that was authenticated.
type Caller struct {
	ID id.SCSASID
	// Scope, if not nil, says whether the credential is good for an operation. What it refuses is answered with 403 and
	// the error insufficient_scope (RFC 6750 §3.1).
	Scope func(op Operation) error
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

// UE names one UE or one group of UEs; exactly one member is set.
type UE struct {
	ExternalID      id.ExternalID
	MSISDN          id.MSISDN
	ExternalGroupID id.ExternalGroupID
}

// A UEAuthorizer is an Authorizer that also wants to know which UEs a request names, wherever in its body. A refusal is an
// error; the SCS/AS gets 403. Requests that name a UE by its resource need no check: they work on what was allowed
// before. Safe for concurrent use.
type UEAuthorizer interface {
	Authorizer
	AuthorizeUE(ctx context.Context, scsas id.SCSASID, op Operation, ue UE) error
}

// A Limiter says how much an SCS/AS may ask for. Admit is called for each request that is otherwise allowed, before its
// body is read; what it admits, it counts. A refusal is a *[fault.Error]: fault.RateLimited with RetryAt (429 with
// Retry-After) or fault.QuotaExceeded (403, QUOTA_EXCEEDED). Safe for concurrent use.
type Limiter interface {
	Admit(ctx context.Context, scsas id.SCSASID, op Operation) error
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
