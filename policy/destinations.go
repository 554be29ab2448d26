package policy

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// PublicDestinations is a [Destinations] that allows the public Internet and what it is told besides: an address in a
// special-purpose range (loopback, private, link-local, shared, multicast, documentation, ...) is refused unless an
// Allow prefix contains it. The zero value allows public addresses over http and https.
type PublicDestinations struct {
	// Allow holds prefixes that are allowed although they lie in a refused range: the networks of application servers
	// that stand beside the SCEF. An IPv4 prefix also covers its IPv4-mapped IPv6 addresses.
	Allow []netip.Prefix `json:"allow,omitempty"`
	// HTTPSOnly refuses http.
	HTTPSOnly bool `json:"httpsOnly,omitempty"`
	// Ports are the TCP ports that are allowed, as 443; none listed means all.
	Ports []uint16 `json:"ports,omitempty"`
}

var _ Destinations = PublicDestinations{}

// refused holds the special-purpose ranges (RFC 6890 and its registry) from which no public server answers, and the
// prefixes that embed an IPv4 address, through which one of the others could be reached.
var refused = []struct {
	prefix netip.Prefix
	what   string
}{
	{netip.MustParsePrefix("0.0.0.0/8"), "this network"},
	{netip.MustParsePrefix("10.0.0.0/8"), "private"},
	{netip.MustParsePrefix("100.64.0.0/10"), "shared address space"},
	{netip.MustParsePrefix("127.0.0.0/8"), "loopback"},
	{netip.MustParsePrefix("169.254.0.0/16"), "link-local"},
	{netip.MustParsePrefix("172.16.0.0/12"), "private"},
	{netip.MustParsePrefix("192.0.0.0/24"), "protocol assignments"},
	{netip.MustParsePrefix("192.0.2.0/24"), "documentation"},
	{netip.MustParsePrefix("192.88.99.0/24"), "6to4 relay"},
	{netip.MustParsePrefix("192.168.0.0/16"), "private"},
	{netip.MustParsePrefix("198.18.0.0/15"), "benchmarking"},
	{netip.MustParsePrefix("198.51.100.0/24"), "documentation"},
	{netip.MustParsePrefix("203.0.113.0/24"), "documentation"},
	{netip.MustParsePrefix("224.0.0.0/4"), "multicast"},
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved"},
	{netip.MustParsePrefix("::/96"), "unspecified, loopback or IPv4-compatible"},
	{netip.MustParsePrefix("64:ff9b::/96"), "translated IPv4"},
	{netip.MustParsePrefix("64:ff9b:1::/48"), "translated IPv4"},
	{netip.MustParsePrefix("100::/64"), "discard"},
	{netip.MustParsePrefix("2001::/23"), "protocol assignments"},
	{netip.MustParsePrefix("2001:db8::/32"), "documentation"},
	{netip.MustParsePrefix("2002::/16"), "6to4"},
	{netip.MustParsePrefix("3fff::/20"), "documentation"},
	{netip.MustParsePrefix("5f00::/16"), "segment routing"},
	{netip.MustParsePrefix("fc00::/7"), "unique local"},
	{netip.MustParsePrefix("fe80::/10"), "link-local"},
	{netip.MustParsePrefix("fec0::/10"), "site-local"},
	{netip.MustParsePrefix("ff00::/8"), "multicast"},
}

// CheckURL refuses what is not an absolute http or https URI with a host and without user information, a port that is not
// allowed, a host that is written as an address which CheckAddr refuses, and one that some resolvers take for an IPv4
// address although it is not written as one (2130706433, 0x7f.1, 0177.0.0.1, 127.1).
func (d PublicDestinations) CheckURL(u *url.URL) error {
	switch {
	case u.Scheme != "https" && (u.Scheme != "http" || d.HTTPSOnly):
		return fmt.Errorf("policy: scheme %q is not allowed", u.Scheme)
	case u.Hostname() == "":
		return errors.New("policy: destination without host")
	case u.User != nil:
		return errors.New("policy: destination with user information")
	}
	if err := d.checkPort(u); err != nil {
		return err
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil {
		return d.check(a)
	}
	if numeric(u.Hostname()) {
		return errors.New("policy: host is neither a name nor an address")
	}
	return nil
}

func (d PublicDestinations) checkPort(u *url.URL) error {
	port := map[string]uint64{"http": 80, "https": 443}[u.Scheme]
	if p := u.Port(); p != "" {
		var err error
		if port, err = strconv.ParseUint(p, 10, 16); err != nil || port == 0 {
			return fmt.Errorf("policy: %q is no port", p)
		}
	}
	return d.port(uint16(port))
}

func (d PublicDestinations) port(p uint16) error {
	if len(d.Ports) > 0 && !slices.Contains(d.Ports, p) {
		return fmt.Errorf("policy: port %d is not allowed", p)
	}
	return nil
}

// numeric reports whether the last label of a host is a number, as no name of the Internet has it.
func numeric(host string) bool {
	host = strings.TrimSuffix(host, ".")
	last := host[strings.LastIndexByte(host, '.')+1:]
	if hex, ok := strings.CutPrefix(strings.ToLower(last), "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}

// CheckAddr refuses an address of a special-purpose range that no Allow prefix contains, and a port that is not allowed.
func (d PublicDestinations) CheckAddr(addr netip.AddrPort) error {
	if err := d.check(addr.Addr()); err != nil {
		return err
	}
	return d.port(addr.Port())
}

func (d PublicDestinations) check(a netip.Addr) error {
	a = a.Unmap().WithZone("")
	if !a.IsValid() {
		return errors.New("policy: no address")
	}
	for _, p := range d.Allow {
		if p.Contains(a) {
			return nil
		}
	}
	for _, r := range refused {
		if r.prefix.Contains(a) {
			return fmt.Errorf("policy: destination in a %s range", r.what)
		}
	}
	return nil
}

func (d PublicDestinations) validate() []error {
	var errs []error
	for i, p := range d.Allow {
		switch {
		case !p.IsValid():
			errs = append(errs, fmt.Errorf("destinations.allow[%d]: not a prefix", i))
		case p.Addr().Is4In6():
			errs = append(errs, fmt.Errorf("destinations.allow[%d]: write the IPv4 prefix instead of the mapped one", i))
		}
	}
	if slices.Contains(d.Ports, 0) {
		errs = append(errs, errors.New("destinations.ports: 0 is no port"))
	}
	return errs
}
