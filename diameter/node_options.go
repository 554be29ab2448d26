package diameter

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"time"
)

// Options are the optional parameters of a [Node]. The zero value of each field means its default.
type Options struct {
	// ProductName, VendorID and FirmwareRevision are sent in CER and CEA. Default "scefkit", 0, and none.
	ProductName      string
	VendorID         VendorID
	FirmwareRevision uint32

	// HostIPAddresses are sent in CER and CEA. Default: the local address of the connection, or all of them if its
	// LocalAddr has a method IPAddrs() []netip.Addr (RFC 6733 §5.3.1, SCTP).
	HostIPAddresses []netip.Addr

	// OriginStateID tells peers when this node lost its state; it grows with each such restart (RFC 6733 §8.16).
	// Default: the time of NewNode in seconds since 1970.
	OriginStateID uint32

	// Aliases are further Hosts, in any case, that this node answers for: a request with one of them as Destination-Host is
	// for this node. The nodes of a cluster share one so, while each has a Host of its own towards its peers. Default: none.
	Aliases []string

	// Accept decides whether a peer that connects to us, and says that it is id, may do so; others get UNKNOWN_PEER.
	// Default: peers of our realm, and peers whose Host was given to AddPeer.
	Accept func(id Identity) bool

	// CheckOrigin decides whether a peer may send a request in the name of that origin: Success lets it pass, another
	// result answers it. OriginExact, OriginRealm, OriginAny and OriginAgent are ready-made. Called in the goroutine that
	// reads from the peer: it must not block. Default: OriginAgent.
	CheckOrigin func(o Origin) Result

	// CheckCertificate decides whether the peer at the other end of a TLS connection, or of any connection with a method
	// ConnectionState, is who it says it is; id is what its CER or CEA says. A peer that connects to us and is refused gets
	// UNKNOWN_PEER; a connection of ours is dropped. Default: the certificate of the peer, if it presents one, must be valid
	// for id.Host (RFC 6733 §13.1). That the certificate has an authority that is trusted is up to the tls.Config.
	CheckCertificate func(id Identity, state tls.ConnectionState) error

	// RequireCertificate refuses, in the same way, peers without a certificate that crypto/tls has verified, those without
	// TLS among them. Default: they pass.
	RequireCertificate bool

	// Dial connects to a peer; DialTLS makes one for TLS, and diameter/sctp has one for SCTP. Default:
	// net.Dialer.DialContext.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// ShutdownCause is what Shutdown tells the peers in DPR. Default REBOOTING.
	ShutdownCause DisconnectCause

	// Watchdog is Tw of RFC 3539 §3.4.1: how long a peer may be silent before it is asked (DWR), before it is suspected,
	// and before its connection is closed; each time give or take 2 s by chance. A peer whose connection failed gets
	// requests again when it has answered three DWRs on the new one, which follow one another at once. Default 30 s, at
	// least 6 s.
	Watchdog time.Duration

	// HandshakeTimeout bounds connecting and the exchange of capabilities. Default 10 s.
	HandshakeTimeout time.Duration

	// AnswerTimeout bounds a Do whose context has no deadline, and the forwarding of a request. Default 10 s.
	AnswerTimeout time.Duration

	// WriteTimeout is how long a peer may take to accept what is written to it before its connection is closed; up to a
	// quarter less. Default 10 s.
	WriteTimeout time.Duration

	// ReadTimeout is how long a message may take to arrive in full once it began. Default 10 s.
	ReadTimeout time.Duration

	// ReconnectMin and ReconnectMax bound the time before the next attempt to connect: it starts with the one and doubles
	// up to the other, each time give or take a quarter by chance. Default 1 s and 30 s (Tc, RFC 6733 §2.1).
	ReconnectMin, ReconnectMax time.Duration

	// RefusedDelay is the time before the next attempt, give or take a quarter, when the peer left with
	// DO_NOT_WANT_TO_TALK_TO_YOU. Default 5 min.
	RefusedDelay time.Duration

	// MaxMessage is the greatest length of a message to receive, in octets. A longer one is answered with
	// INVALID_MESSAGE_LENGTH and ends the connection. Default 65,536; from 1,024 to 16,777,215.
	MaxMessage int

	// MaxAVPs is how many AVPs a received message may have, those within groups not counted; a request with more gets
	// UNABLE_TO_COMPLY. Decoding counts those within groups, too, up to the constant MaxAVPs. Default and at most MaxAVPs;
	// at least 32.
	MaxAVPs int

	// MaxQueue is how many octets may wait to be written to a peer; requests and answers wait while it is full.
	// Default 1,048,576. The queue goes over it by one message, and to twice of it by answers of the node itself.
	MaxQueue int

	// MaxPending is how many requests to one peer may wait for answers; more wait until some are answered.
	// Default and at most 65,535.
	MaxPending int

	// MaxInFlight is how many requests of one peer, and MaxInFlightTotal how many of all, may be in the hands of
	// handlers or forwarded and not yet answered; more get TOO_BUSY. Default 1,024 and 8,192. Of both, the last quarter is
	// not for requests with a DRMP of 12 to 15, the last eighth not for those of 8 to 11 or without DRMP, the last
	// sixteenth for those of 0 to 3 only.
	MaxInFlight, MaxInFlightTotal int

	// NoFailover switches off that Do, and agents, send a request again by another way when the connection breaks, or its
	// peer becomes suspect, after the request was sent. Default: on.
	NoFailover bool

	// Redirect decides about connecting to a node that peer from redirected a request to (REDIRECT_INDICATION) and that is
	// no open peer: it returns the peer to add, whose Host becomes that of the URI, and true; or false. At most 64 peers
	// are added so, and they stay. The request waits for the connection until its deadline. Default: redirects lead to
	// open peers only.
	//
	// The URI is what the peer says, so it should be checked: against a list of hosts or domains, with a Peer.Address
	// from there. Apart from that, a redirect can do no more than its peer could by answering itself: it is followed
	// only if the asked peer itself gave it, at most three times for a request, to eight hosts at most; and if it
	// holds for other requests, too (Redirect-Host-Usage, Redirect-Max-Cache-Time), then only for those that would
	// have gone to the very peer that gave it, for a day at most. 4,096 such redirects are remembered. ALL_USER is
	// about the User-Name outside of groups.
	Redirect func(uri URI, from Identity) (Peer, bool)

	// MaxConns is how many connections there may be, those that have not finished their handshake included; more are
	// closed at once. Default 1,024.
	MaxConns int

	// MaxConnsPerPeer is how many connections with one Origin-Host there may be. With more than one, a peer that connects
	// again gets a connection of its own, without an election, until there are so many (those of AddPeer counted);
	// requests to the peer take its connections in turn, and their order is not kept. Among the peers of a realm it gets a
	// turn for each of its connections. Default 1; at most 16.
	MaxConnsPerPeer int

	// DuplicateEntries is about how many of the last requests are remembered to recognise repetitions, and
	// DuplicateWindow for how long. Default 65,536 and 4 min (RFC 6733 §3); negative entries switch it off. Their answers
	// are kept in memory with them, up to DuplicateOctets in all: when there are more, the oldest are forgotten, and their
	// requests handled again if they are repeated. Default 33,554,432; at least 65,536.
	DuplicateEntries, DuplicateOctets int
	DuplicateWindow                   time.Duration

	// Overload is the part of the node in overload control (DOIC, RFC 7683). Default: the zero Overload, which takes part.
	Overload *Overload

	// Trace observes the node. Default: no hooks.
	Trace *Trace

	// Logger takes notice of the life of peers. Default: discards.
	Logger *slog.Logger
}

// withDefaults returns a copy with the defaults filled in, or what is wrong.
func (o *Options) withDefaults() (Options, error) {
	var c Options
	if o != nil {
		c = *o
	}
	var errs []error
	span := func(name string, v *time.Duration, def, least time.Duration) {
		if *v == 0 {
			*v = def
		}
		if *v < least {
			errs = append(errs, fmt.Errorf("diameter: option %s is %v, below %v", name, *v, least))
		}
	}
	count := func(name string, v *int, def, least, most int) {
		if *v == 0 {
			*v = def
		}
		if *v < least || *v > most {
			errs = append(errs, fmt.Errorf("diameter: option %s is %d, not in %d to %d", name, *v, least, most))
		}
	}
	span("Watchdog", &c.Watchdog, 30*time.Second, 6*time.Second)
	span("HandshakeTimeout", &c.HandshakeTimeout, 10*time.Second, 1)
	span("AnswerTimeout", &c.AnswerTimeout, 10*time.Second, 1)
	span("WriteTimeout", &c.WriteTimeout, 10*time.Second, 1)
	span("ReadTimeout", &c.ReadTimeout, 10*time.Second, 1)
	span("ReconnectMin", &c.ReconnectMin, time.Second, 1)
	span("ReconnectMax", &c.ReconnectMax, max(30*time.Second, c.ReconnectMin), c.ReconnectMin)
	span("RefusedDelay", &c.RefusedDelay, 5*time.Minute, 1)
	span("DuplicateWindow", &c.DuplicateWindow, 4*time.Minute, 1)
	count("MaxMessage", &c.MaxMessage, 1<<16, 1<<10, MaxMessageLen)
	count("MaxQueue", &c.MaxQueue, 1<<20, 1<<10, math.MaxInt32)
	count("MaxPending", &c.MaxPending, maxPending, 1, maxPending)
	count("MaxInFlight", &c.MaxInFlight, 1<<10, 1, math.MaxInt32)
	count("MaxInFlightTotal", &c.MaxInFlightTotal, 8<<10, 1, math.MaxInt32)
	count("MaxAVPs", &c.MaxAVPs, MaxAVPs, 32, MaxAVPs)
	count("MaxConnsPerPeer", &c.MaxConnsPerPeer, 1, 1, 16)
	count("MaxConns", &c.MaxConns, 1<<10, 1, math.MaxInt32)
	count("DuplicateEntries", &c.DuplicateEntries, 1<<16, math.MinInt32, 1<<30)
	count("DuplicateOctets", &c.DuplicateOctets, 32<<20, 1<<16, math.MaxInt32)
	overload, err := c.Overload.withDefaults()
	c.Overload = &overload
	errs = append(errs, err)
	if c.ProductName == "" {
		c.ProductName = "scefkit"
	}
	if c.OriginStateID == 0 {
		c.OriginStateID = uint32(time.Now().Unix())
	}
	if c.CheckOrigin == nil {
		c.CheckOrigin = OriginAgent
	}
	if c.CheckCertificate == nil {
		c.CheckCertificate = checkCertificate
	}
	if c.Dial == nil {
		c.Dial = new(net.Dialer).DialContext
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Trace == nil {
		c.Trace = new(Trace)
	}
	return c, errors.Join(errs...)
}
