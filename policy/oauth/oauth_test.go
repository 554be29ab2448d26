package oauth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/policy/oauth"
	"github.com/scefkit/scefkit/t8"
)

// issuer is an authorisation server.
type issuer struct {
	t       *testing.T
	url     string
	fetched atomic.Int32
	down    atomic.Bool

	mu   sync.Mutex
	keys []jose.JSONWebKey // private; those that are published; guarded by mu
}

func newIssuer(t *testing.T, kids ...string) *issuer {
	i := &issuer{t: t}
	for _, kid := range kids {
		i.add(kid)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		i.fetched.Add(1)
		if i.down.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		i.mu.Lock()
		defer i.mu.Unlock()
		set := map[string][]any{"keys": {map[string]string{"kty": "unheard-of"}, jose.JSONWebKey{Key: []byte("a shared secret"), KeyID: "shared"}}}
		for _, k := range i.keys {
			set["keys"] = append(set["keys"], k.Public())
		}
		_ = json.NewEncoder(w).Encode(set)
	}))
	t.Cleanup(s.Close)
	i.url = s.URL
	return i
}

func (i *issuer) add(kid string) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(i.t, err)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = append(i.keys, jose.JSONWebKey{Key: k, KeyID: kid, Use: "sig"})
}

// token signs claims with the last key; kid replaces the identifier unless it is "-".
func (i *issuer) token(kid string, claims map[string]any) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	k := i.keys[len(i.keys)-1]
	if kid != "-" {
		k.KeyID = kid
	}
	return sign(i.t, jose.SigningKey{Algorithm: jose.ES256, Key: k}, "at+jwt", claims)
}

func sign(t *testing.T, key jose.SigningKey, typ string, claims map[string]any) string {
	s, err := jose.NewSigner(key, (&jose.SignerOptions{}).WithType(jose.ContentType(typ)))
	require.NoError(t, err)
	all := map[string]any{
		"iss": "https://issuer.example", "aud": []string{"other", "scef"}, "client_id": "as-1",
		"exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(),
	}
	for k, v := range claims {
		if v == nil {
			delete(all, k)
		} else {
			all[k] = v
		}
	}
	raw, err := jwt.Signed(s).Claims(all).Serialize()
	require.NoError(t, err)
	return raw
}

func (i *issuer) options() oauth.Options {
	return oauth.Options{Issuer: "https://issuer.example", Audience: "scef", JWKS: i.url}
}

func newAuthenticator(t *testing.T, o oauth.Options) *oauth.Authenticator {
	a, err := oauth.New(o)
	require.NoError(t, err)
	return a
}

func bearer(token string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

func TestTokens(t *testing.T) {
	i := newIssuer(t, "k1", "k2")
	a := newAuthenticator(t, i.options())
	stranger := newIssuer(t, "k2")
	soon := time.Now().Add(-10 * time.Second).Unix()
	symmetric := sign(t, jose.SigningKey{Algorithm: jose.HS256, Key: jose.JSONWebKey{Key: []byte(strings.Repeat("a", 32)), KeyID: "shared"}}, "JWT", nil)
	for name, c := range map[string]struct {
		token string
		want  id.SCSASID
	}{
		"good":              {i.token("-", nil), "as-1"},
		"no key identifier": {i.token("", nil), "as-1"},
		"authorised party":  {i.token("-", map[string]any{"client_id": nil, "azp": "as-2", "sub": "x"}), "as-2"},
		"subject":           {i.token("-", map[string]any{"client_id": nil, "sub": "as-3"}), "as-3"},
		"leeway":            {i.token("-", map[string]any{"exp": soon}), "as-1"},
		"one audience":      {i.token("-", map[string]any{"aud": "scef"}), "as-1"},
		"nobody":            {i.token("-", map[string]any{"client_id": nil}), ""},
		"expired":           {i.token("-", map[string]any{"exp": time.Now().Add(-time.Minute).Unix()}), ""},
		"not yet":           {i.token("-", map[string]any{"nbf": time.Now().Add(time.Minute).Unix()}), ""},
		"never expires":     {i.token("-", map[string]any{"exp": nil}), ""},
		"other issuer":      {i.token("-", map[string]any{"iss": "https://other.example"}), ""},
		"other audience":    {i.token("-", map[string]any{"aud": "other"}), ""},
		"no audience":       {i.token("-", map[string]any{"aud": nil}), ""},
		"other key":         {stranger.token("-", nil), ""},
		"unknown key":       {i.token("k9", nil), ""},
		"shared secret":     {symmetric, ""},
		"no JWT":            {"opaque", ""},
		"empty":             {"", ""},
		"too long":          {strings.Repeat("x", 1<<20), ""},
	} {
		as, challenge, err := a.Authenticate(bearer(c.token))
		require.Equal(t, c.want, as.ID, "%s: %v", name, err)
		require.Equal(t, c.want == "", err != nil, name)
		if err != nil {
			require.Equal(t, `Bearer realm="t8", error="invalid_token"`, challenge, name)
		}
	}
	_, challenge, err := a.Authenticate(httptest.NewRequest(http.MethodGet, "/", nil))
	require.Error(t, err)
	require.Equal(t, `Bearer realm="t8"`, challenge)

	other := sign(t, jose.SigningKey{Algorithm: jose.ES256, Key: i.keys[1]}, "logout+jwt", nil)
	_, _, err = a.Authenticate(bearer(other))
	require.ErrorContains(t, err, "no access token")
	require.LessOrEqual(t, i.fetched.Load(), int32(2), "an unknown key has the set fetched only now and then")
}

func TestScope(t *testing.T) {
	for _, c := range []struct {
		scope oauth.Scope
		aef   string
		want  bool
	}{
		{oauth.Scope{"3gpp-nidd"}, "", true},
		{oauth.Scope{"openid", "3gpp-bdt", "3gpp-nidd"}, "", true},
		{oauth.Scope{"3gpp-bdt"}, "", false},
		{oauth.Scope{"3gpp#aef1:3gpp-bdt,3gpp-nidd"}, "", true},
		{oauth.Scope{"3gpp#aef1:3gpp-bdt;aef2:3gpp-nidd"}, "aef2", true},
		{oauth.Scope{"3gpp#aef1:3gpp-nidd;aef2:3gpp-bdt"}, "aef2", false},
		{oauth.Scope{"3gpp#aef1:3gpp-nidd-x"}, "", false},
		{oauth.Scope{"3gpp#"}, "", false},
		{nil, "", false},
	} {
		require.Equal(t, c.want, c.scope.Allows("3gpp-nidd", c.aef), "%q %s", c.scope, c.aef)
	}

	i := newIssuer(t, "k")
	nidd, bdt := policy.Operation{API: "3gpp-nidd", ID: "X"}, policy.Operation{API: "3gpp-bdt", ID: "Y"}
	a := newAuthenticator(t, i.options())
	for _, scope := range []any{"3gpp#scef:3gpp-nidd", []string{"a", "3gpp-nidd"}} {
		as, _, err := a.Authenticate(bearer(i.token("-", map[string]any{"scope": scope})))
		require.NoError(t, err)
		require.NoError(t, as.Scope(nidd))
		require.Error(t, as.Scope(bdt))
	}
	as, _, err := a.Authenticate(bearer(i.token("-", nil)))
	require.NoError(t, err)
	require.Nil(t, as.Scope)
	o := i.options()
	o.RequireScope = true
	as, _, err = newAuthenticator(t, o).Authenticate(bearer(i.token("-", nil)))
	require.NoError(t, err)
	require.Error(t, as.Scope(nidd))
}

func TestKeysRotate(t *testing.T) {
	i := newIssuer(t, "k1")
	o := i.options()
	o.MinInterval, o.MaxAge = time.Nanosecond, time.Hour
	a := newAuthenticator(t, o)
	_, _, err := a.Authenticate(bearer(i.token("-", nil)))
	require.NoError(t, err)
	i.add("k2")
	_, _, err = a.Authenticate(bearer(i.token("-", nil)))
	require.NoError(t, err, "a new key is fetched when a token has it")
	require.Equal(t, int32(2), i.fetched.Load())
	old := i.token("-", map[string]any{"jti": "1"})
	i.down.Store(true)
	_, _, err = a.Authenticate(bearer(old))
	require.NoError(t, err)
	_, _, err = a.Authenticate(bearer(i.token("k3", nil)))
	require.Error(t, err)
	require.NotErrorIs(t, err, fault.Unavailable, "keys are known, this one is not")

	o.MaxAge, o.MaxStale = time.Nanosecond, time.Nanosecond
	late := newAuthenticator(t, o)
	_, _, err = late.Authenticate(bearer(i.token("-", nil)))
	require.ErrorIs(t, err, fault.Unavailable)
	i.down.Store(false)
	o.MaxStale = 0
	late = newAuthenticator(t, o)
	before := i.fetched.Load()
	for range 3 { // each token anew: the set is old at once, and fetched again
		_, _, err = late.Authenticate(bearer(i.token("-", map[string]any{"jti": rand.Text()})))
		require.NoError(t, err)
	}
	require.Equal(t, before+3, i.fetched.Load())
}

func TestTokenBoundToCertificate(t *testing.T) {
	i := newIssuer(t, "k")
	a := newAuthenticator(t, i.options())
	cert := &x509.Certificate{Raw: []byte("the octets of a certificate")}
	sum := sha256.Sum256(cert.Raw)
	token := i.token("-", map[string]any{"cnf": map[string]string{"x5t#S256": base64.RawURLEncoding.EncodeToString(sum[:])}})
	r := bearer(token)
	_, _, err := a.Authenticate(r)
	require.ErrorContains(t, err, "another client certificate")
	r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{{Raw: []byte("another")}}}
	_, _, err = a.Authenticate(r)
	require.Error(t, err)
	r.TLS.PeerCertificates[0] = cert
	_, _, err = a.Authenticate(r)
	require.NoError(t, err)
}

func TestOptions(t *testing.T) {
	_, err := oauth.New(oauth.Options{JWKS: "http://keys.example/", Algorithms: []jose.SignatureAlgorithm{jose.HS256, "none"}})
	for _, want := range []string{"Issuer and Audience", "JWKS", `"HS256"`, `"none"`} {
		require.ErrorContains(t, err, want)
	}
}

// An SCS/AS with a token that is good for another API gets 403 with insufficient_scope, and 503 when no keys can be had.
func TestHandler(t *testing.T) {
	i := newIssuer(t, "k")
	h, err := t8.NewHandler(newAuthenticator(t, i.options()), nil, t8.NIDDAPI(nil))
	require.NoError(t, err)
	get := func(h http.Handler, token string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/3gpp-nidd/v1/as-1/configurations", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		h.ServeHTTP(w, r)
		return w
	}
	w := get(h, i.token("-", map[string]any{"scope": "3gpp-bdt"}))
	require.Equal(t, http.StatusForbidden, w.Code)
	require.Contains(t, w.Header().Get("WWW-Authenticate"), "insufficient_scope")
	w = get(h, "rubbish")
	require.Equal(t, http.StatusUnauthorized, w.Code)
	require.Contains(t, w.Header().Get("WWW-Authenticate"), "invalid_token")

	i.down.Store(true)
	h, err = t8.NewHandler(newAuthenticator(t, i.options()), nil, t8.NIDDAPI(nil))
	require.NoError(t, err)
	require.Equal(t, http.StatusServiceUnavailable, get(h, i.token("-", nil)).Code)
}
