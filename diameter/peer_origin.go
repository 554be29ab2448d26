package diameter

import (
	"slices"
	"strings"
)

// Origin is in whose name a peer sends a request.
type Origin struct {
	Peer       Identity // that of its CER or CEA
	Configured bool     // the peer was given to AddPeer before the connection was made
	Agent      bool     // the peer advertised Relay: it carries requests of others by its nature
	Host       string   // Origin-Host of the request
	Realm      string   // Origin-Realm of the request
}

// Policies for Options.CheckOrigin. They refuse with AUTHORIZATION_REJECTED (5003): the request is well formed and the
// AVP a value that exists, so that it is no matter of INVALID_AVP_VALUE; UNKNOWN_PEER is for CER alone, and as all
// protocol errors would make an agent on the way send the request elsewhere; what is missing is the right of that peer
// to send it, the authorisation of the path in RFC 6733 §2.9.

// OriginExact lets a peer speak for itself alone: host and realm must be those of its CER or CEA.
func OriginExact(o Origin) Result {
	if o.Host == o.Peer.Host || strings.EqualFold(o.Host, o.Peer.Host) {
		return OriginRealm(o)
	}
	return AuthorizationRejected
}

// OriginRealm lets a peer speak for all hosts of its realm, as a proxy of that realm does.
func OriginRealm(o Origin) Result {
	if o.Realm == o.Peer.Realm || strings.EqualFold(o.Realm, o.Peer.Realm) {
		return Success
	}
	return AuthorizationRejected
}

// OriginAny lets every peer speak for everyone. It is for nodes behind agents that do not advertise Relay.
func OriginAny(Origin) Result { return Success }

// OriginAgent lets agents speak for everyone and others for themselves alone. Agents are peers that were given to AddPeer
// with their Host, or that the node connected to, and advertise Relay: to say that one is an agent is not enough.
func OriginAgent(o Origin) Result {
	if o.Agent && o.Configured {
		return Success
	}
	return OriginExact(o)
}

// claim returns in whose name a request with these AVPs is sent.
func (c *conn) claim(s *scanned) Origin {
	return Origin{
		Peer: c.id, Configured: c.configured, Agent: slices.Contains(c.caps.apps, AppRelay),
		Host: c.origin(s.originHost), Realm: c.origin(s.originRealm),
	}
}
