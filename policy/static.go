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
	Tokens []string `json:"tokens"`
	// APIs are the T8 APIs that it may use, as "3gpp-nidd"; none listed means all.
	APIs []string `json:"apis,omitempty"`
}

// Static is the policy of a configuration that does not change: bearer tokens, a list of APIs for each SCS/AS, and
// [PublicDestinations]. It implements Authenticator, Authorizer and Destinations and is safe for concurrent use.
type Static struct {
	PublicDestinations
	secret [32]byte
	tokens map[[32]byte]staticToken
	apis   map[id.SCSASID][]string // nil: all
}

type staticToken struct {
	digest [32]byte
	scsas  id.SCSASID
}

var (
	_ Authenticator = (*Static)(nil)
	_ Authorizer    = (*Static)(nil)
	_ Destinations  = (*Static)(nil)
)

// NewStatic checks cfg, of which it keeps nothing, and returns the policy. The error names every entry at fault and
// holds no token.
func NewStatic(cfg StaticConfig) (*Static, error) {
	s := &Static{
		PublicDestinations: cfg.Destinations,
		tokens:             map[[32]byte]staticToken{},
		apis:               map[id.SCSASID][]string{},
	}
	s.Allow, s.Ports = slices.Clone(s.Allow), slices.Clone(s.Ports)
	_, _ = rand.Read(s.secret[:]) // never fails
	errs := cfg.Destinations.validate()
	bad := func(i int, format string, args ...any) {
		errs = append(errs, fmt.Errorf("scsas[%d]: "+format, append([]any{i}, args...)...))
	}
	for i, as := range cfg.SCSAS {
		if as.ID == "" {
			bad(i, "no id")
		} else if _, twice := s.apis[as.ID]; twice {
			bad(i, "id %q is given twice", string(as.ID))
		}
		s.apis[as.ID] = slices.Clone(as.APIs)
		if len(as.Tokens) == 0 {
			bad(i, "no credential")
		}
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
	errNoCredential = errors.New("policy: no bearer token")
	errNotOpen      = errors.New("policy: the API is not open to this SCS/AS")
	errBadToken     = errors.New("policy: unknown bearer token")
)

// Authenticate looks at the bearer token of the request (RFC 6750).
func (s *Static) Authenticate(r *http.Request) (id.SCSASID, string, error) {
	h := r.Header["Authorization"]
	if len(h) != 1 {
		return "", challengeNone, errNoCredential
	}
	scheme, token, _ := strings.Cut(h[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", challengeNone, errNoCredential
	}
	d := s.digest(strings.TrimSpace(token))
	if t, ok := s.tokens[d]; ok && subtle.ConstantTimeCompare(t.digest[:], d[:]) == 1 {
		return t.scsas, "", nil
	}
	return "", challengeBad, errBadToken
}

// Authorize allows a configured SCS/AS the APIs of its entry.
func (s *Static) Authorize(_ context.Context, scsas id.SCSASID, op Operation) error {
	apis, known := s.apis[scsas]
	if known && (apis == nil || slices.Contains(apis, op.API)) {
		return nil
	}
	return errNotOpen
}

// isToken68 reports whether s has the form of a bearer token (RFC 6750 §2.1).
func isToken68(s string) bool {
	s = strings.TrimRight(s, "=")
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("-._~+/", c))
	})
}
