package diameter

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// URI is a DiameterURI: where a Diameter node is reached (RFC 6733 §4.3.1), as in
// "aaas://host.example.com:5658;transport=tcp;protocol=diameter".
type URI struct {
	Secure    bool   // "aaas": TLS or DTLS from the first octet on
	Host      string // fully qualified domain name, the DiameterIdentity of the node; as it was written
	Port      uint16 // never 0; 3868 when the URI has none, or 5658 when it is Secure
	Transport string // "tcp" (which is meant when the URI has none), "sctp" or "udp"
	Protocol  string // "diameter" (which is meant when the URI has none), "radius" or "tacacs+"
}

// ParseURI reads a DiameterURI. Scheme and parameters are of any case. The error tells what is wrong.
func ParseURI(s string) (URI, error) {
	bad := func(format string, args ...any) (URI, error) {
		return URI{}, fmt.Errorf("diameter: URI %q: %s", s, fmt.Sprintf(format, args...))
	}
	scheme, rest, ok := strings.Cut(s, "://")
	u := URI{Port: 3868, Transport: "tcp", Protocol: "diameter"}
	switch {
	case !ok:
		return bad("there is no scheme")
	case strings.EqualFold(scheme, "aaas"):
		u.Secure, u.Port = true, 5658
	case !strings.EqualFold(scheme, "aaa"):
		return bad("the scheme is neither aaa nor aaas")
	}
	parts := strings.Split(rest, ";")
	host, port, ok := strings.Cut(parts[0], ":")
	if u.Host = host; !isDomain(host) {
		return bad("%q is not a domain name", host)
	}
	if ok {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 || port[0] == '+' {
			return bad("%q is not a port", port)
		}
		u.Port = uint16(n)
	}
	seen := make(map[string]bool)
	for _, p := range parts[1:] {
		name, value, _ := strings.Cut(fold(p), "=")
		if seen[name] {
			return bad("parameter %q is there twice", name)
		}
		seen[name] = true
		switch name + "=" + value {
		case "transport=tcp", "transport=sctp", "transport=udp":
			u.Transport = value
		case "protocol=diameter", "protocol=radius", "protocol=tacacs+":
			u.Protocol = value
		default:
			return bad("parameter %q is not known", p)
		}
	}
	if u.Protocol == "diameter" && u.Transport == "udp" {
		return bad("Diameter does not run over UDP")
	}
	return u, nil
}

func isDomain(s string) bool {
	if len(s) > 255 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for i := range len(label) {
			switch c := label[i]; {
			case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
			default:
				return false
			}
		}
	}
	return true
}

// Address is the host and port as Dial takes them.
func (u URI) Address() string { return net.JoinHostPort(u.Host, strconv.Itoa(int(u.Port))) }

// String writes the URI with its port and with the parameters that are not what is meant without them.
func (u URI) String() string {
	s := "aaa://"
	if u.Secure {
		s = "aaas://"
	}
	s += u.Address()
	if u.Transport != "tcp" {
		s += ";transport=" + u.Transport
	}
	if u.Protocol != "diameter" {
		s += ";protocol=" + u.Protocol
	}
	return s
}
