package policy

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/scefkit/scefkit/id"
)

// StaticConfig is what a configuration file says about the application servers of an SCEF.
type StaticConfig struct {
	SCSAS        []StaticSCSAS      `json:"scsas"`
	Destinations PublicDestinations `json:"destinations,omitzero"`
}

// StaticSCSAS is one SCS/AS.
type StaticSCSAS struct {
	// ID is its identity, as it stands in the paths of T8.
	ID id.SCSASID `json:"id"`
	// Tokens are the bearer tokens that it may use; several, so that one can be replaced without a gap. Who can guess a
	// token is let in: give it 16 random characters or more.
	Tokens []string `json:"tokens,omitempty"`
	// Certificates are the names in client certificates that stand for it: DNS names and URIs of the subject's alternative
	// names, or its common name when it has no alternative one. See [Static.Authenticate].
	Certificates []string `json:"certificates,omitempty"`
	// Elsewhere says that another Authenticator knows it, so that it needs neither here.
	Elsewhere bool `json:"elsewhere,omitempty"`
	// APIs are the T8 APIs that it may use, as "3gpp-nidd"; none listed means all.
	APIs []string `json:"apis,omitempty"`
	// Operations are the operations that it may use, by operationId; none listed means all of its APIs.
	Operations []string `json:"operations,omitempty"`
	// UEs are those that it may name; nil means all.
	UEs *UERange `json:"ues,omitempty"`
	// Limit bounds its requests; the zero Limit does not.
	Limit Limit `json:"limit,omitzero"`
}

// Static is the policy of a configuration that does not change: bearer tokens and client certificates, APIs, operations,
// UEs and limits of each SCS/AS, and [PublicDestinations]. It implements Authenticator, UEAuthorizer, Limiter and
// Destinations and is safe for concurrent use.
type Static struct {
	PublicDestinations
	*Limits
	secret [32]byte
	tokens map[[32]byte]staticToken
	names  map[string]id.SCSASID // in certificates
	scsas  map[id.SCSASID]*StaticSCSAS
}

type staticToken struct {
	digest [32]byte
	scsas  id.SCSASID
}

var (
	_ Authenticator = (*Static)(nil)
	_ UEAuthorizer  = (*Static)(nil)
	_ Limiter       = (*Static)(nil)
	_ Destinations  = (*Static)(nil)
)

// NewStatic checks cfg, of which it keeps nothing, and returns the policy. The error names every entry at fault and
// holds no token.
func NewStatic(cfg StaticConfig) (*Static, error) {
	s := &Static{
		PublicDestinations: cfg.Destinations,
		tokens:             map[[32]byte]staticToken{},
		names:              map[string]id.SCSASID{},
		scsas:              map[id.SCSASID]*StaticSCSAS{},
	}
	s.Allow, s.Ports = slices.Clone(s.Allow), slices.Clone(s.Ports)
	_, _ = rand.Read(s.secret[:]) // never fails
	errs := cfg.Destinations.validate()
	bad := func(i int, format string, args ...any) {
		errs = append(errs, fmt.Errorf("scsas[%d]: "+format, append([]any{i}, args...)...))
	}
	limits := map[id.SCSASID]Limit{}
	for i, as := range cfg.SCSAS {
		if as.ID == "" {
			bad(i, "no id")
		} else if s.scsas[as.ID] != nil {
			bad(i, "id %q is given twice", string(as.ID))
		}
		s.scsas[as.ID] = &StaticSCSAS{
			APIs: slices.Clone(as.APIs), Operations: slices.Clone(as.Operations), UEs: as.UEs.clone(),
		}
		if len(as.Tokens)+len(as.Certificates) == 0 && !as.Elsewhere {
			bad(i, "no credential")
		}
		for k, name := range as.Certificates {
			if _, twice := s.names[name]; twice {
				bad(i, "certificates[%d]: given twice", k)
			}
			if name == "" {
				bad(i, "certificates[%d]: empty", k)
			}
			s.names[name] = as.ID
		}
		for _, err := range as.UEs.validate() {
			bad(i, "ues: %w", err)
		}
		if err := as.Limit.validate(); err != nil {
			bad(i, "limit: %w", err)
		}
		limits[as.ID] = as.Limit
		for k, t := range as.Tokens {
			d := s.digest(t)
			_, twice := s.tokens[d]
			switch {
			case t == "":
				bad(i, "tokens[%d]: empty", k)
			case !isToken68(t):
				bad(i, "tokens[%d]: characters that a bearer token must not hold", k)
			case twice:
				bad(i, "tokens[%d]: given twice", k)
			}
			s.tokens[d] = staticToken{d, as.ID}
		}
		for k, a := range as.APIs {
			if a == "" {
				bad(i, "apis[%d]: empty", k)
			}
		}
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("policy: %w", errors.Join(errs...))
	}
	s.Limits = NewLimits(limits, Limit{})
	return s, nil
}

// digest hides the token: what a lookup takes says nothing about one without the secret of the process.
func (s *Static) digest(token string) [32]byte {
	var buf [256]byte
	return sha256.Sum256(append(append(buf[:0], s.secret[:]...), token...))
}

const (
	challengeNone = `Bearer realm="t8"`
	challengeBad  = `Bearer realm="t8", error="invalid_token"`
)

var (
	errNoCredential   = errors.New("policy: no bearer token")
	errNotOpen        = errors.New("policy: the API or operation is not open to this SCS/AS")
	errNotItsUE       = errors.New("policy: the UE is not open to this SCS/AS")
	errBadToken       = errors.New("policy: unknown bearer token")
	errBadCertificate = errors.New("policy: no name of the client certificate is known")
)

// Authenticate looks at the bearer token of the request (RFC 6750) or, when it has no Authorization header, at the client
// certificate. A certificate counts only when the TLS layer has verified it (tls.Config.ClientAuth); the first of its
// names that the configuration knows says who it is.
func (s *Static) Authenticate(r *http.Request) (Caller, string, error) {
	h := r.Header["Authorization"]
	if len(h) == 0 && r.TLS != nil && len(r.TLS.VerifiedChains) > 0 {
		for _, name := range CertificateNames(r.TLS.VerifiedChains[0][0]) {
			if who, ok := s.names[name]; ok {
				return Caller{ID: who}, "", nil
			}
		}
		return Caller{}, challengeNone, errBadCertificate
	}
	token, ok := BearerToken(r)
	if !ok {
		return Caller{}, challengeNone, errNoCredential
	}
	d := s.digest(token)
	if t, ok := s.tokens[d]; ok && subtle.ConstantTimeCompare(t.digest[:], d[:]) == 1 {
		return Caller{ID: t.scsas}, "", nil
	}
	return Caller{}, challengeBad, errBadToken
}

// Authorize allows a configured SCS/AS the APIs and operations of its entry.
func (s *Static) Authorize(_ context.Context, scsas id.SCSASID, op Operation) error {
	as := s.scsas[scsas]
	if as != nil && (as.APIs == nil || slices.Contains(as.APIs, op.API)) &&
		(as.Operations == nil || slices.Contains(as.Operations, op.ID)) {
		return nil
	}
	return errNotOpen
}

// AuthorizeUE allows a configured SCS/AS the UEs of its entry.
func (s *Static) AuthorizeUE(_ context.Context, scsas id.SCSASID, _ Operation, ue UE) error {
	if as := s.scsas[scsas]; as != nil && as.UEs.Contains(ue) {
		return nil
	}
	return errNotItsUE
}

// isToken68 reports whether s has the form of a bearer token (RFC 6750 §2.1).
func isToken68(s string) bool {
	s = strings.TrimRight(s, "=")
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("-._~+/", c))
	})
}
