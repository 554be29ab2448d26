package etcd

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/etcd/client/pkg/v3/transport"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"

	"github.com/scefkit/scefkit/store/etcd/etcdtest"
)

// authority signs certificates, whose files lie in dir.
type authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{dir: t.TempDir(), pool: x509.NewCertPool()}
	a.issue(t, "ca", &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	a.pool.AddCert(a.cert)
	return a
}

func (a *authority) file(name string) string { return filepath.Join(a.dir, name) }

// issue makes name.crt and name.key. The first one signs itself and the others.
func (a *authority) issue(t *testing.T, name string, cert *x509.Certificate) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	cert.SerialNumber, cert.Subject, cert.NotAfter = big.NewInt(1), pkix.Name{CommonName: name}, time.Now().Add(time.Hour)
	signer, signerKey := a.cert, a.key
	if signer == nil {
		signer, signerKey = cert, key
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, signer, &key.PublicKey, signerKey)
	require.NoError(t, err)
	if a.cert == nil {
		a.key = key
		a.cert, err = x509.ParseCertificate(der)
		require.NoError(t, err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	certPEM, keyPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	require.NoError(t, os.WriteFile(a.file(name+".crt"), certPEM, 0o600))
	require.NoError(t, os.WriteFile(a.file(name+".key"), keyPEM, 0o600))
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	require.NoError(t, err)
	return pair
}

// The client shows a certificate and asks for that of the server.
func TestTLS(t *testing.T) {
	ours, theirs := newAuthority(t), newAuthority(t)
	ours.issue(t, "server", &x509.Certificate{
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	})
	client := ours.issue(t, "client", &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	c := etcdtest.Start(t, 1, func(cfg *embed.Config) {
		noSync(cfg)
		cfg.ListenClientUrls[0].Scheme, cfg.AdvertiseClientUrls[0].Scheme = "https", "https"
		cfg.ClientTLSInfo = transport.TLSInfo{
			CertFile: ours.file("server.crt"), KeyFile: ours.file("server.key"), TrustedCAFile: ours.file("ca.crt"), ClientCertAuth: true,
		}
	})
	connect := func(tc *tls.Config, patience time.Duration) (*Store, error) {
		cfg := clientv3.Config{Endpoints: []string{strings.Replace(c.Endpoints()[0], "http:", "https:", 1)}, TLS: tc}
		return Open(t.Context(), cfg, &Options{RequestTimeout: patience, Patience: patience, unchecked: true})
	}
	s, err := connect(&tls.Config{RootCAs: ours.pool, Certificates: []tls.Certificate{client}, MinVersion: tls.VersionTLS12}, 30*time.Second)
	require.NoError(t, err)
	defer s.Close()
	require.NoError(t, put(t.Context(), s, "a", "1"))
	require.Equal(t, "1", get(t, s, "a"))

	_, err = connect(&tls.Config{RootCAs: theirs.pool, Certificates: []tls.Certificate{client}, MinVersion: tls.VersionTLS12}, time.Second)
	require.ErrorIs(t, err, ErrUnavailable)
	require.ErrorContains(t, err, "certificate signed by unknown authority")
	_, err = connect(&tls.Config{RootCAs: ours.pool, MinVersion: tls.VersionTLS12}, time.Second)
	require.ErrorIs(t, err, ErrUnavailable, "no certificate of the client")
}
