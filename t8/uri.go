package t8

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/scefkit/scefkit/id"
)

const (
	niddBase       = "/3gpp-nidd/v1"
	niddConfigs    = "/configurations"
	niddDeliveries = "/downlink-data-deliveries"
	niddPorts      = "/rds-ports"
)

// NIDDConfigurationsURI returns the URI of the collection of configurations of an SCS/AS. The API root is scheme,
// authority and perhaps a path prefix, as "https://scef.example.com" (TS 29.122 §5.2.4).
func NIDDConfigurationsURI(apiRoot string, scsas id.SCSASID) string {
	return strings.TrimSuffix(apiRoot, "/") + niddBase + "/" + url.PathEscape(string(scsas)) + niddConfigs
}

// NIDDConfigurationURI returns the URI of a configuration.
func NIDDConfigurationURI(apiRoot string, scsas id.SCSASID, configID string) string {
	return NIDDConfigurationsURI(apiRoot, scsas) + "/" + url.PathEscape(configID)
}

// NIDDDeliveryURI returns the URI of a downlink data delivery.
func NIDDDeliveryURI(apiRoot string, scsas id.SCSASID, configID, deliveryID string) string {
	return NIDDConfigurationURI(apiRoot, scsas, configID) + niddDeliveries + "/" + url.PathEscape(deliveryID)
}

// NIDDPortURI returns the URI of an RDS port configuration; see [PortID].
func NIDDPortURI(apiRoot string, scsas id.SCSASID, configID, portID string) string {
	return NIDDConfigurationURI(apiRoot, scsas, configID) + niddPorts + "/" + url.PathEscape(portID)
}

// ParseNIDDConfigurationURI is the reverse of [NIDDConfigurationURI]; any API root is accepted.
func ParseNIDDConfigurationURI(uri string) (scsas id.SCSASID, configID string, ok bool) {
	s, ok := splitNIDD(uri, 3)
	if !ok || "/"+s[1] != niddConfigs {
		return "", "", false
	}
	return id.SCSASID(s[0]), s[2], true
}

// ParseNIDDDeliveryURI is the reverse of [NIDDDeliveryURI]; any API root is accepted.
func ParseNIDDDeliveryURI(uri string) (scsas id.SCSASID, configID, deliveryID string, ok bool) {
	s, ok := splitNIDD(uri, 5)
	if !ok || "/"+s[1] != niddConfigs || "/"+s[3] != niddDeliveries {
		return "", "", "", false
	}
	return id.SCSASID(s[0]), s[2], s[4], true
}

// ParseNIDDPortURI is the reverse of [NIDDPortURI]; any API root is accepted.
func ParseNIDDPortURI(uri string) (scsas id.SCSASID, configID, portID string, ok bool) {
	s, ok := splitNIDD(uri, 5)
	if !ok || "/"+s[1] != niddConfigs || "/"+s[3] != niddPorts {
		return "", "", "", false
	}
	return id.SCSASID(s[0]), s[2], s[4], true
}

// splitNIDD returns the n decoded, not empty path segments after the base of the NIDD API.
func splitNIDD(uri string, n int) ([]string, bool) { return splitURI(uri, niddBase, n) }

// splitURI returns the n decoded, not empty path segments after the base of an API.
func splitURI(uri, base string, n int) ([]string, bool) {
	if i := strings.IndexAny(uri, "?#"); i >= 0 {
		return nil, false
	}
	i := strings.LastIndex(uri, base+"/")
	if i < 0 {
		return nil, false
	}
	s := strings.Split(uri[i+len(base)+1:], "/")
	if len(s) != n {
		return nil, false
	}
	for k := range s {
		d, err := url.PathUnescape(s[k])
		if err != nil || d == "" {
			return nil, false
		}
		s[k] = d
	}
	return s, true
}

// PortID returns the identifier of a pair of RDS ports in a URI, as "ue3-ef5" (TS 29.122 §5.6.3).
func PortID(p RDSPort) string {
	return "ue" + strconv.Itoa(p.PortUE) + "-ef" + strconv.Itoa(p.PortSCEF)
}

// ParsePortID is the reverse of [PortID]; both ports are 0 to 15.
func ParsePortID(s string) (RDSPort, bool) {
	ue, ef, ok := strings.Cut(s, "-ef")
	if !ok || !strings.HasPrefix(ue, "ue") {
		return RDSPort{}, false
	}
	u, uok := port15(ue[2:])
	e, eok := port15(ef)
	return RDSPort{PortUE: u, PortSCEF: e}, uok && eok
}

func port15(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0 && n <= 15 && strconv.Itoa(n) == s
}
