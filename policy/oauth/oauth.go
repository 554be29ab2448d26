// Package oauth authenticates SCS/AS by access tokens of OAuth 2.0, as a resource server (RFC 6749, client credentials;
// TS 29.122 §6). A token is a JWT (RFC 7519, RFC 9068) that an authorisation server has signed with a key of its published
// key set (JWKS, RFC 7517). The core function of CAPIF is such a server (TS 29.222).
//
// It is a module of its own because it needs a JOSE library. [New] returns a policy.Authenticator.
package oauth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
)

// Options of an Authenticator. Issuer, Audience and JWKS are required; the zero value of another field is its default.
type Options struct {
	// Issuer is what a token must name as iss; Audience is what it must have among its aud.
	Issuer, Audience string
	// JWKS is the https URI of the key set of the issuer; http is allowed to the own machine only.
	JWKS string
	// HTTP fetches the key set; the default is a client with a timeout of 10 s.
	HTTP *http.Client
	// Algorithms are the signatures that are accepted; the default is RS256, PS256, ES256, ES384 and EdDSA. Symmetric ones
	// and none never are.
	Algorithms []jose.SignatureAlgorithm
	// Identity tells which SCS/AS the claims of a valid token stand for. The default takes client_id, else azp, else sub.
	Identity func(Claims) (id.SCSASID, error)
	// AEFID is the name of this SCEF as API exposing function in scopes of CAPIF; "" takes the APIs of any.
	AEFID string
	// RequireScope refuses tokens without scope; else they are good for everything.
	RequireScope bool
	// Leeway is allowed between the clocks; the default is 30 s.
	Leeway time.Duration
	// MaxAge is how old the key set may become before it is fetched again; the default is 15 min. A token with an unknown
	// key has it fetched at once, at most every MinInterval, by default 10 s. When that fails, the keys that are known stay
	// good for MaxStale, by default 24 h.
	MaxAge, MinInterval, MaxStale time.Duration
}

// Claims are what a token says.
type Claims struct {
	jwt.Claims
	ClientID     string       `json:"client_id"`
	Party        string       `json:"azp"`
	Scope        Scope        `json:"scope"`
	Confirmation confirmation `json:"cnf"`
}

// confirmation binds a token to a client certificate (RFC 8705 §3.1).
type confirmation struct {
	Thumbprint string `json:"x5t#S256"`
}

// Scope is the scope of a token: words between blanks, or an array of them.
type Scope []string

// UnmarshalJSON reads either form.
func (s *Scope) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		*s = strings.Fields(text)
		return nil
	}
	return json.Unmarshal(b, (*[]string)(s))
}

// capif is what scopes of CAPIF begin with (TS 29.222).
const capif = "3gpp#"

// Allows reports whether the scope opens an API. A word is the name of the API, as "3gpp-nidd", or has the form of CAPIF:
// 3gpp#aef1:api1,api2;aef2:api3. With an aefID only what is said of that API exposing function counts.
func (s Scope) Allows(api, aefID string) bool {
	return slices.ContainsFunc(s, func(word string) bool {
		list, ok := strings.CutPrefix(word, capif)
		if !ok {
			return word == api
		}
		for of := range strings.SplitSeq(list, ";") {
			aef, apis, _ := strings.Cut(of, ":")
			if (aefID == "" || aef == aefID) && slices.Contains(strings.Split(apis, ","), api) {
				return true
			}
		}
		return false
	})
}

// Authenticator checks access tokens. It is safe for concurrent use.
type Authenticator struct {
	o    Options
	keys keySet

	mu    sync.Mutex
	known map[[sha256.Size]byte]verdict // guarded by mu; tokens that were checked
}

type verdict struct {
	caller policy.Caller
	cert   string // thumbprint that the token is bound to
	until  time.Time
}

const (
	maxKnown  = 4096            // tokens that are remembered
	knownTime = 1 * time.Minute // and how long, so that a key that was withdrawn does not live on
	maxToken  = 8 << 10         // octets
)

var _ policy.Authenticator = (*Authenticator)(nil)

// New returns an Authenticator. It fetches nothing yet. The error names every option at fault.
func New(o Options) (*Authenticator, error) {
	var errs []error
	if o.Issuer == "" || o.Audience == "" {
		errs = append(errs, errors.New("oauth: Issuer and Audience are required"))
	}
	if u, err := url.Parse(o.JWKS); err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		errs = append(errs, fmt.Errorf("oauth: JWKS %q is not an https URI", o.JWKS))
	}
	for _, a := range o.Algorithms {
		if a == "" || strings.HasPrefix(string(a), "HS") || strings.EqualFold(string(a), "none") {
			errs = append(errs, fmt.Errorf("oauth: algorithm %q cannot be accepted", a))
		}
	}
	if len(o.Algorithms) == 0 {
		o.Algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.PS256, jose.ES256, jose.ES384, jose.EdDSA}
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: 10 * time.Second}
	}
	if o.Identity == nil {
		o.Identity = identity
	}
	for d, def := range map[*time.Duration]time.Duration{
		&o.Leeway: 30 * time.Second, &o.MaxAge: 15 * time.Minute, &o.MinInterval: 10 * time.Second, &o.MaxStale: 24 * time.Hour,
	} {
		if *d == 0 {
			*d = def
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	a := &Authenticator{o: o, known: map[[sha256.Size]byte]verdict{}}
	a.keys.o = &a.o
	return a, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func identity(c Claims) (id.SCSASID, error) {
	for _, s := range []string{c.ClientID, c.Party, c.Subject} {
		if s != "" {
			return id.SCSASID(s), nil
		}
	}
	return "", errors.New("oauth: the token names no client")
}

const (
	challengeNone = `Bearer realm="t8"`
	challengeBad  = `Bearer realm="t8", error="invalid_token"`
)

// Authenticate implements policy.Authenticator. When the key set cannot be had and none is known, the error is a
// *fault.Error of code Unavailable.
func (a *Authenticator) Authenticate(r *http.Request) (policy.Caller, string, error) {
	token, ok := policy.BearerToken(r)
	if !ok {
		return policy.Caller{}, challengeNone, errors.New("oauth: no bearer token")
	}
	v, err := a.check(r.Context(), token)
	if err == nil && v.cert != "" && !bound(r, v.cert) {
		err = errors.New("oauth: the token belongs to another client certificate")
	}
	if err != nil {
		return policy.Caller{}, challengeBad, err
	}
	return v.caller, "", nil
}

// bound reports whether the client certificate of the request has the thumbprint (RFC 8705 §3).
func bound(r *http.Request, thumbprint string) bool {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return false
	}
	sum := sha256.Sum256(r.TLS.PeerCertificates[0].Raw)
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(thumbprint)) == 1
}

// check returns what a valid token stands for.
func (a *Authenticator) check(ctx context.Context, token string) (verdict, error) {
	if len(token) > maxToken {
		return verdict{}, errors.New("oauth: the token is too long")
	}
	sum, now := sha256.Sum256([]byte(token)), time.Now()
	a.mu.Lock()
	v, ok := a.known[sum]
	a.mu.Unlock()
	if ok && now.Before(v.until) {
		return v, nil
	}
	c, err := a.verify(ctx, token, now)
	if err != nil {
		return verdict{}, err
	}
	who, err := a.o.Identity(c)
	if err != nil {
		return verdict{}, err
	}
	v = verdict{caller: policy.Caller{ID: who, Scope: a.scope(c.Scope)}, cert: c.Confirmation.Thumbprint, until: now.Add(knownTime)}
	if end := c.Expiry.Time().Add(a.o.Leeway); end.Before(v.until) {
		v.until = end
	}
	a.mu.Lock()
	if len(a.known) >= maxKnown {
		clear(a.known)
	}
	a.known[sum] = v
	a.mu.Unlock()
	return v, nil
}

// scope returns what policy.Caller wants, nil when everything is allowed.
func (a *Authenticator) scope(s Scope) func(policy.Operation) error {
	if len(s) == 0 && !a.o.RequireScope {
		return nil
	}
	return func(op policy.Operation) error {
		if s.Allows(op.API, a.o.AEFID) {
			return nil
		}
		return errors.New("oauth: the scope of the token does not hold the API")
	}
}

// verify checks signature and claims.
func (a *Authenticator) verify(ctx context.Context, token string, now time.Time) (c Claims, err error) {
	t, err := jwt.ParseSigned(token, a.o.Algorithms)
	if err != nil {
		return c, fmt.Errorf("oauth: %w", err)
	}
	h := t.Headers[0]
	if typ, _ := h.ExtraHeaders[jose.HeaderType].(string); typ != "" && !strings.EqualFold(typ, "JWT") &&
		!strings.EqualFold(strings.TrimPrefix(typ, "application/"), "at+jwt") {
		return c, fmt.Errorf("oauth: a token of type %q is no access token", typ)
	}
	keys, err := a.keys.find(ctx, h.KeyID, h.Algorithm)
	if err != nil {
		return c, err
	}
	err = errors.New("oauth: no key of the issuer fits")
	for i := range keys {
		c = Claims{}
		if err = t.Claims(keys[i].Key, &c); err == nil {
			break
		}
	}
	if err != nil {
		return c, fmt.Errorf("oauth: %w", err)
	}
	if c.Expiry == nil {
		return c, errors.New("oauth: the token never expires")
	}
	want := jwt.Expected{Issuer: a.o.Issuer, AnyAudience: jwt.Audience{a.o.Audience}, Time: now}
	if err := c.ValidateWithLeeway(want, a.o.Leeway); err != nil {
		return c, fmt.Errorf("oauth: %w", err)
	}
	return c, nil
}

// unavailable is the error when no keys can be had.
func unavailable(err error) error {
	return &fault.Error{Op: "oauth", Code: fault.Unavailable, Detail: "access tokens cannot be checked", Err: err}
}
