package oauth

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// keySet keeps the key set of the issuer. It is fetched when it is asked for, by the one that asks first; the others go
// on with the keys that are known, if there are some, and wait else.
type keySet struct {
	o *Options

	fetching sync.Mutex // held by the one that fetches

	mu    sync.Mutex
	keys  []jose.JSONWebKey // guarded by mu, as all below
	since time.Time         // when keys were fetched
	tried time.Time         // when that was last tried
	err   error             // how that ended
}

const maxKeySet = 1 << 20 // octets

// find returns the keys that a token with this key identifier, which may be empty, and algorithm may be signed with.
func (s *keySet) find(ctx context.Context, kid, alg string) ([]jose.JSONWebKey, error) {
	s.mu.Lock()
	found, age := s.fitting(kid, alg), time.Since(s.since)
	first, due := s.keys == nil, time.Since(s.tried) >= s.o.MinInterval
	s.mu.Unlock()
	switch {
	case len(found) > 0 && age < s.o.MaxAge:
		return found, nil
	case !due && !first:
	case len(found) > 0: // old, but good while somebody fetches
		if s.fetching.TryLock() {
			s.fetch(ctx)
			s.fetching.Unlock()
		}
	default:
		s.fetching.Lock()
		s.mu.Lock()
		due = time.Since(s.tried) >= s.o.MinInterval // somebody may have done it meanwhile
		s.mu.Unlock()
		if due {
			s.fetch(ctx)
		}
		s.fetching.Unlock()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys == nil || time.Since(s.since) >= s.o.MaxStale {
		return nil, unavailable(s.err)
	}
	return s.fitting(kid, alg), nil
}

// fitting is called with mu held.
func (s *keySet) fitting(kid, alg string) (found []jose.JSONWebKey) {
	for _, k := range s.keys {
		if (kid == "" || k.KeyID == kid) && (k.Algorithm == "" || k.Algorithm == alg) {
			found = append(found, k)
		}
	}
	return found
}

// fetch is called with fetching held. A set without a usable key counts as a failure.
func (s *keySet) fetch(ctx context.Context) {
	keys, err := s.get(context.WithoutCancel(ctx)) // for others, too; the client of HTTP bounds it
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tried, s.err = time.Now(), err
	if err == nil {
		s.keys, s.since = keys, s.tried
	}
}

func (s *keySet) get(ctx context.Context) ([]jose.JSONWebKey, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.o.JWKS, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/jwk-set+json, application/json")
	res, err := s.o.HTTP.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("oauth: key set: status %d", res.StatusCode)
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, maxKeySet+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxKeySet {
		return nil, fmt.Errorf("oauth: key set: more than %d octets", maxKeySet)
	}
	var raw struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(b, &raw); err != nil {
		return nil, fmt.Errorf("oauth: key set: %w", err)
	}
	var keys []jose.JSONWebKey
	for _, one := range raw.Keys {
		var k jose.JSONWebKey
		if k.UnmarshalJSON(one) != nil || !k.Valid() || !k.IsPublic() || k.Use != "" && k.Use != "sig" {
			continue // of a kind that is not for us
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("oauth: key set: no usable key among %d", len(raw.Keys))
	}
	return keys, nil
}
