package interop

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// authority makes certificates with openssl.
type authority struct {
	t         *testing.T
	dir       string
	cert, key string // files
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, dir: t.TempDir()}
	a.cert, a.key = filepath.Join(a.dir, "authority.pem"), filepath.Join(a.dir, "authority.key")
	a.request(a.cert, a.key, "-subj", "/CN=authority")
	return a
}

// request makes a key and its certificate.
func (a *authority) request(cert, key string, args ...string) {
	a.t.Helper()
	command(a.t, "openssl", append([]string{"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
		"-days", "2", "-keyout", key, "-out", cert}, args...)...)
}

// issue makes a certificate and returns the files with it and its key. The names are those that count today; the Common
// Name once did.
func (a *authority) issue(commonName string, names ...string) (cert, key string) {
	a.t.Helper()
	cert, key = filepath.Join(a.dir, commonName+".pem"), filepath.Join(a.dir, commonName+".key")
	args := []string{"-CA", a.cert, "-CAkey", a.key, "-subj", "/CN=" + commonName, "-addext", "basicConstraints=critical,CA:FALSE"}
	if len(names) > 0 {
		args = append(args, "-addext", "subjectAltName=DNS:"+strings.Join(names, ",DNS:"))
	}
	a.request(cert, key, args...)
	return cert, key
}

// config is for a node whose certificate is that of host, which dials a peer with the certificate of server, or serves
// peers with certificates of the authority trusted.
func (a *authority) config(host, server string, trusted *authority) *tls.Config {
	a.t.Helper()
	pair, err := tls.LoadX509KeyPair(a.issue(host, host))
	require.NoError(a.t, err)
	pem, err := os.ReadFile(trusted.cert)
	require.NoError(a.t, err)
	pool := x509.NewCertPool()
	require.True(a.t, pool.AppendCertsFromPEM(pem))
	return &tls.Config{
		Certificates: []tls.Certificate{pair}, RootCAs: pool, ServerName: server,
		ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert,
	}
}
