package policy

import (
	"crypto/x509"
	"errors"
	"net/http"
	"strings"
)

// BearerToken returns the bearer token of a request (RFC 6750 §2.1), which may be empty; false when the request has no
// Authorization header of that kind, or several headers.
func BearerToken(r *http.Request) (string, bool) {
	h := r.Header["Authorization"]
	if len(h) != 1 {
		return "", false
	}
	scheme, token, _ := strings.Cut(h[0], " ")
	return strings.TrimSpace(token), strings.EqualFold(scheme, "Bearer")
}

// CertificateNames returns the names that a certificate gives its owner: DNS names and URIs among the subject's
// alternative names, or the common name when there is no alternative name of any kind.
func CertificateNames(c *x509.Certificate) []string {
	names := append([]string(nil), c.DNSNames...)
	for _, u := range c.URIs {
		names = append(names, u.String())
	}
	if len(names)+len(c.EmailAddresses)+len(c.IPAddresses) == 0 && c.Subject.CommonName != "" {
		names = append(names, c.Subject.CommonName)
	}
	return names
}

// FirstOf asks several authenticators in turn and takes the first that knows the request. When none does, the challenges
// of all of them, each once, and their errors are the answer.
func FirstOf(of ...Authenticator) Authenticator { return firstOf(of) }

type firstOf []Authenticator

func (f firstOf) Authenticate(r *http.Request) (Caller, string, error) {
	var challenges []string
	var errs []error
	for _, a := range f {
		who, challenge, err := a.Authenticate(r)
		if err == nil {
			return who, "", nil
		}
		errs = append(errs, err)
		if challenge != "" && !strings.Contains(strings.Join(challenges, "\n"), challenge) {
			challenges = append(challenges, challenge)
		}
	}
	return Caller{}, strings.Join(challenges, ", "), errors.Join(append(errs, errNoCredential)...)
}
