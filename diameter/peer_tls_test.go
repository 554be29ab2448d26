package diameter_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/stretchr/testify/require"
)

// authority makes certificates.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	next int64
}

func newAuthority(t *testing.T) *authority {
	a := &authority{t: t, next: 1}
	a.cert, a.key = a.sign(&x509.Certificate{Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign})
	return a
}

func (a *authority) sign(c *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	c.SerialNumber = big.NewInt(a.next)
	a.next++
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	require.NoError(a.t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(a.t, err)
	return cert, key
}

// of returns a certificate for a host.
func (a *authority) of(host string) tls.Certificate {
	cert, key := a.sign(&x509.Certificate{Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}})
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}
}

func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// server is the configuration of a listener that asks for certificates, when auth says so.
func (a *authority) server(host string, auth tls.ClientAuthType) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{a.of(host)}, ClientCAs: a.pool(), ClientAuth: auth}
}

// client is the configuration for dialling a node whose certificate is for server; host is that of the own one, if any.
func (a *authority) client(server, host string) *tls.Config {
	c := &tls.Config{RootCAs: a.pool(), ServerName: server}
	if host != "" {
		c.Certificates = []tls.Certificate{a.of(host)}
	}
	return c
}

// tlsNodes starts a node that serves with TLS and one that dials it.
func tlsNodes(t *testing.T, server, client *tls.Config, so, co diameter.Options) (at, from *diameter.Node, addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	app := []diameter.App{{ID: testApp, Handler: succeed()}}
	at, err = diameter.NewNode(scef, app, &so)
	require.NoError(t, err)
	t.Cleanup(func() { at.Close() })
	go at.Serve(tls.NewListener(l, server))
	co.Dial = diameter.DialTLS(client)
	from, err = diameter.NewNode(mme, app, &co)
	require.NoError(t, err)
	t.Cleanup(func() { from.Close() })
	require.NoError(t, from.AddPeer(diameter.Peer{Address: l.Addr().String()}))
	return at, from, l.Addr().String()
}

// whyNot waits until the only peer of n has failed.
func whyNot(t *testing.T, n *diameter.Node) error {
	t.Helper()
	waitFor(t, "the peer is refused", func() bool { return n.Peers()[0].Err != nil })
	return n.Peers()[0].Err
}

func TestTLSMutual(t *testing.T) {
	a := newAuthority(t)
	strict := diameter.Options{RequireCertificate: true}
	for name, certs := range map[string][2]string{"names": {scef.Host, mme.Host},
		"other case": {"SCEF.epc.example.com", "mme.EPC.example.com"},
		"wildcard":   {"*.epc.example.com", "*.epc.example.com"}} {
		t.Run(name, func(t *testing.T) {
			at, from, _ := tlsNodes(t, a.server(certs[0], tls.RequireAndVerifyClientCert), a.client(scef.Host, certs[1]),
				strict, strict)
			require.NoError(t, from.AwaitPeer(t.Context(), scef, testApp))
			require.NoError(t, at.AwaitPeer(t.Context(), mme, testApp))
			for range 20 {
				_, err := from.Do(t.Context(), scef, request(scef))
				require.NoError(t, err)
			}
			require.NoError(t, from.Shutdown(t.Context()))
		})
	}
}

func TestTLSRefused(t *testing.T) {
	a := newAuthority(t)
	const other = "other.epc.example.com"
	verify := tls.RequireAndVerifyClientCert
	for name, c := range map[string]struct {
		server, client *tls.Config
		so, co         diameter.Options
		want           string
	}{
		"client of another name": {server: a.server(scef.Host, verify), client: a.client(scef.Host, other), want: "DIAMETER_UNKNOWN_PEER"},
		"server of another name": {server: a.server(other, tls.NoClientCert), client: a.client(other, ""),
			want: "the certificate is not that of " + scef.Host},
		"client without": {server: a.server(scef.Host, tls.VerifyClientCertIfGiven), client: a.client(scef.Host, ""),
			so: diameter.Options{RequireCertificate: true}, want: "DIAMETER_UNKNOWN_PEER"},
		"client that nobody knows": {server: a.server(scef.Host, tls.RequestClientCert), client: a.client(scef.Host, mme.Host),
			so: diameter.Options{RequireCertificate: true}, want: "DIAMETER_UNKNOWN_PEER"},
		"a check of one's own, server": {server: a.server(scef.Host, verify), client: a.client(scef.Host, mme.Host),
			so: diameter.Options{CheckCertificate: func(id diameter.Identity, state tls.ConnectionState) error {
				if id != mme || len(state.PeerCertificates) != 1 {
					return nil
				}
				return errors.New("revoked")
			}}, want: "DIAMETER_UNKNOWN_PEER"},
		"a check of one's own, client": {server: a.server(scef.Host, verify), client: a.client(scef.Host, mme.Host),
			co: diameter.Options{CheckCertificate: func(id diameter.Identity, _ tls.ConnectionState) error {
				require.Equal(t, scef, id)
				return errors.New("revoked")
			}}, want: "revoked"},
	} {
		t.Run(name, func(t *testing.T) {
			_, from, _ := tlsNodes(t, c.server, c.client, c.so, c.co)
			require.ErrorContains(t, whyNot(t, from), c.want)
		})
	}
	t.Run("name given by the address", func(t *testing.T) {
		_, from, _ := tlsNodes(t, a.server(scef.Host, tls.NoClientCert), a.client("", ""), diameter.Options{}, diameter.Options{})
		require.ErrorContains(t, whyNot(t, from), "127.0.0.1")
	})
	t.Run("no TLS at all", func(t *testing.T) {
		bubble(t, func(t *testing.T, b *bench) {
			b.node(scef, succeed(), &diameter.Options{RequireCertificate: true})
			r := b.dial(scef)
			r.request(newCER(mme))
			require.Equal(t, diameter.UnknownPeer, r.result(r.receive()))
			r.closed()
		})
	})
	t.Run("client without passes by default", func(t *testing.T) {
		_, from, _ := tlsNodes(t, a.server(scef.Host, tls.VerifyClientCertIfGiven), a.client(scef.Host, ""),
			diameter.Options{}, diameter.Options{})
		require.NoError(t, from.AwaitPeer(t.Context(), scef, testApp))
	})
}

// What does not speak TLS, or never finishes its handshake, costs only its own connection.
func TestTLSHandshakeIsBounded(t *testing.T) {
	a := newAuthority(t)
	short := diameter.Options{HandshakeTimeout: 300 * time.Millisecond}
	leaks(t)
	at, from, addr := tlsNodes(t, a.server(scef.Host, tls.NoClientCert), a.client(scef.Host, ""), short, diameter.Options{})
	var silent []net.Conn
	for range 5 { // before the one that behaves
		c, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		silent = append(silent, c)
	}
	plain, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	cer, err := diameter.NewRequest(newCER(mme))
	require.NoError(t, err)
	_, err = plain.Write(cer.Append(nil))
	require.NoError(t, err)
	require.NoError(t, from.AwaitPeer(t.Context(), scef, testApp))
	for _, c := range append(silent, plain) {
		c.SetReadDeadline(time.Now().Add(10 * time.Second))
		for err = nil; err == nil; { // an alert, perhaps
			_, err = c.Read(make([]byte, 100))
		}
		require.NotErrorIs(t, err, context.DeadlineExceeded)
		var late net.Error
		require.False(t, errors.As(err, &late) && late.Timeout(), "closed by the node")
		c.Close()
	}
	_, err = from.Do(t.Context(), scef, request(scef))
	require.NoError(t, err)
	require.Len(t, at.Peers(), 1)

	// The other way round: a listener that says nothing.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	short.Dial = diameter.DialTLS(a.client(scef.Host, ""))
	n, err := diameter.NewNode(mme, []diameter.App{{ID: testApp}}, &short)
	require.NoError(t, err)
	require.NoError(t, n.AddPeer(diameter.Peer{Address: l.Addr().String()}))
	require.Error(t, whyNot(t, n))
	require.NoError(t, n.Close())
	require.NoError(t, from.Close())
	require.NoError(t, at.Close())
}
