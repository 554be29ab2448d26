package scef_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// authority signs certificates.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	a := &authority{t: t}
	pair := a.issue("authority")
	a.cert, a.key = pair.Leaf, pair.PrivateKey.(*ecdsa.PrivateKey)
	return a
}

// issue returns a certificate for a name and for loopback; the first one signs itself.
func (a *authority) issue(name string) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{{127, 0, 0, 1}},
		IsCA: a.cert == nil, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	require.NoError(a.t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(a.t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// TestTLS checks that with TLS configured nothing is served beside it, and that both sides are identified.
func TestTLS(t *testing.T) {
	covers(t, "T8-4.3.1-01 KAURI-38")
	ca := newAuthority(t)
	b := start(t, func(s *setup) {
		s.opts.TLS = &tls.Config{Certificates: []tls.Certificate{ca.issue("scef")}, ClientCAs: ca.pool(), ClientAuth: tls.RequireAndVerifyClientCert}
	})
	get := func(c *http.Client, root, token string) (*http.Response, error) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, root+configurations, nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		res, err := c.Do(r)
		if err == nil {
			_ = res.Body.Close()
		}
		return res, err
	}
	with := func(c *tls.Config) *http.Client {
		c.RootCAs = ca.pool()
		return newHTTP(t, c)
	}
	pair := ca.issue("as1")
	good := with(&tls.Config{Certificates: []tls.Certificate{pair}})

	res, err := get(good, b.root, tokenOf("as1"))
	require.NoError(t, err)
	require.Equal(t, 200, res.StatusCode)
	require.GreaterOrEqual(t, res.TLS.Version, uint16(tls.VersionTLS12))
	res, err = get(good, b.root, "another-token-of-nobody")
	require.NoError(t, err)
	require.Equal(t, 401, res.StatusCode, "the certificate alone is no credential")

	_, err = get(with(&tls.Config{}), b.root, tokenOf("as1"))
	require.Error(t, err, "no certificate")
	_, err = get(with(&tls.Config{Certificates: []tls.Certificate{newAuthority(t).issue("as1")}}), b.root, tokenOf("as1"))
	require.Error(t, err, "a certificate of somebody else")
	_, err = get(with(&tls.Config{Certificates: []tls.Certificate{pair}, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}), b.root, tokenOf("as1"))
	require.Error(t, err, "an old version")
	res, err = get(newHTTP(t, nil), strings.Replace(b.root, "https:", "http:", 1), tokenOf("as1"))
	if err == nil {
		require.Equal(t, 400, res.StatusCode, "not in the clear")
	}
}
