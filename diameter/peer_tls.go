package diameter

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
)

// DialTLS returns a function for Options.Dial that connects with TLS from the first octet on (RFC 6733 §2.1). config may
// be nil and must not change after; a ServerName that is empty is taken from the address. The certificate of the peer is
// thus checked against the name that was dialled, and by Options.CheckCertificate against the one in its CEA.
func DialTLS(config *tls.Config) func(ctx context.Context, network, address string) (net.Conn, error) {
	return (&tls.Dialer{Config: config}).DialContext
}

// checkCertificate is the default of Options.CheckCertificate.
func checkCertificate(id Identity, state tls.ConnectionState) error {
	if len(state.PeerCertificates) == 0 {
		return nil
	}
	return state.PeerCertificates[0].VerifyHostname(id.Host)
}

// certified checks that the certificate of the peer is that of id, after capabilities were exchanged.
func (c *conn) certified(id Identity) error {
	secure, ok := c.nc.(interface{ ConnectionState() tls.ConnectionState })
	if !ok {
		if c.n.opts.RequireCertificate {
			return errors.New("diameter: the connection of " + id.Host + " has no TLS")
		}
		return nil
	}
	state := secure.ConnectionState()
	if c.n.opts.RequireCertificate && len(state.VerifiedChains) == 0 {
		return fmt.Errorf("diameter: %s has no certificate of a trusted authority", id.Host)
	}
	if err := c.n.opts.CheckCertificate(id, state); err != nil {
		return fmt.Errorf("diameter: the certificate is not that of %s: %w", id.Host, err)
	}
	return nil
}
