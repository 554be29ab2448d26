package diameter

import (
	"context"
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

	// Accept decides whether a peer that connects to us, and says that it is id, may do so; others get UNKNOWN_PEER.
	// Default: peers of our realm, and peers whose Host was given to AddPeer.
	Accept func(id Identity) bool

	// CheckOrigin decides whether peer from may send requests of that Origin-Host and Origin-Realm (empty when missing);
	// others get AUTHORIZATION_REJECTED. Called in the goroutine that reads from the peer: it must not block. Default:
	// yes.
	CheckOrigin func(from Identity, originHost, originRealm string) bool

	// Dial connects to a peer. Default: net.Dialer.DialContext. diameter/sctp has one for SCTP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Watchdog is Tw of RFC 3539 §3.4.1: how long a peer may be silent before it is asked (DWR), before it is suspected,
	// and before its connection is closed; each time give or take 2 s by chance. Default 30 s, at least 6 s.
	Watchdog time.Duration

	// HandshakeTimeout bounds connecting and the exchange of capabilities. Default 10 s.
	HandshakeTimeout time.Duration

	// AnswerTimeout bounds a Do whose context has no deadline. Default 10 s.
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

	// MaxQueue is how many octets may wait to be written to a peer; requests and answers wait while it is full.
	// Default 1,048,576. The queue goes over it by one message, and to twice of it by answers of the node itself.
	MaxQueue int

	// MaxPending is how many requests to one peer may wait for answers; more wait until some are answered.
	// Default and at most 65,535.
	MaxPending int

	// MaxInFlight is how many requests of one peer, and MaxInFlightTotal how many of all, may be in the hands of
	// handlers; more get TOO_BUSY. Default 1,024 and 8,192.
	MaxInFlight, MaxInFlightTotal int

	// MaxConns is how many connections there may be, those that have not finished their handshake included; more are
	// closed at once. Default 1,024.
	MaxConns int

	// DuplicateEntries is about how many of the last requests are remembered to recognise repetitions, and
	// DuplicateWindow for how long. Their answers are kept in memory with them. Default 65,536 and 4 min (RFC 6733 §3);
	// negative entries switch it off.
	DuplicateEntries int
	DuplicateWindow  time.Duration

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
	count("MaxConns", &c.MaxConns, 1<<10, 1, math.MaxInt32)
	count("DuplicateEntries", &c.DuplicateEntries, 1<<16, math.MinInt32, 1<<30)
	if c.ProductName == "" {
		c.ProductName = "scefkit"
	}
	if c.OriginStateID == 0 {
		c.OriginStateID = uint32(time.Now().Unix())
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
