package nidd

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/rds"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// An Outbox keeps notifications that must not be lost until the SCS/AS took them: what a committed transaction
// enqueued is delivered at least once. [t8.Outbox] is one. With one that is no [t8.LongEnqueuer] the feature
// GroupMessageDelivery is not offered.
type Outbox = t8.Enqueuer

// A Trigger sends a device trigger (TS 29.122 §4.4.6) to a UE that has no PDN connection.
//
// Trigger returns nil when the network accepted the trigger, and an error when none can be sent, after which the data
// waits for the UE as if no trigger had been asked for. until is when the trigger becomes useless. It may be called
// again for the same data after a crash. Safe for concurrent use.
type Trigger interface {
	Trigger(ctx context.Context, ue TriggerTarget, until time.Time) error
}

// TriggerTarget names the UE to be triggered.
type TriggerTarget struct {
	SCSAS      id.SCSASID
	IMSI       id.IMSI
	ExternalID id.ExternalID
	MSISDN     id.MSISDN
	Priority   int
}

// DefaultSCSAS is the SCS/AS for UEs that attach without an NIDD configuration (TS 29.128 §5.7.3, second variant).
type DefaultSCSAS struct {
	SCSAS       id.SCSASID
	Destination string // notificationDestination
}

// Options of a [Procedure]. The zero value of a field is its default.
type Options struct {
	// HSS is where NIRs go when the HSS of the UE is not known. Default: any node of the own realm.
	HSS diameter.Identity
	// Serves says whether the SCEF serves a UE at all; others get DIAMETER_ERROR_USER_UNKNOWN when they attach.
	// Default: it serves every UE.
	Serves func(id.IMSI) bool
	// Default is set up for a UE that attaches without an NIDD configuration. Default nil: such UEs get
	// DIAMETER_ERROR_NIDD_CONFIGURATION_NOT_AVAILABLE.
	Default *DefaultSCSAS
	// CheckDestination refuses a notificationDestination. Default: every one is taken.
	CheckDestination func(uri string) error
	// WebSocketURI gives the URI at which an SCS/AS gets the notifications of the resource with the URI subscription over
	// a WebSocket (TS 29.122 §5.2.5.4), as [t8.WebSockets.URI]. Default nil: the feature Notification_websocket is not
	// offered. See [Procedure.AllowWebSocket].
	WebSocketURI func(scsas id.SCSASID, subscription string) string
	// Offered are the features that are offered of those that the Procedure has. Default: all; "0" is none.
	Offered t8.Features
	// Trigger sends device triggers. Default nil: SEND_TRIGGER acts as WAIT_FOR_UE.
	Trigger Trigger
	// AnswerTimeout bounds the wait for an answer of HSS, MME or SGSN; 1 s to 1 min, default 10 s.
	AnswerTimeout time.Duration
	// UplinkTimeout bounds the wait for the SCS/AS to take uplink data; it must be below the time that the MME waits
	// for the ODA. 100 ms to 1 min, default 5 s.
	UplinkTimeout time.Duration
	// RetryInterval is the pause before stored data is tried again when no peer leads to the serving node, and between
	// releases that the serving node does not answer; 1 s to 1 h, default 10 s.
	RetryInterval time.Duration
	// ReleaseTries is how often a release is sent before the connection is forgotten; 1 to 1000, default 10.
	ReleaseTries int
	// Remember is how long the outcome of a delivery answers later PUT, PATCH and DELETE; up to 30 days, default 1 h.
	Remember time.Duration
	// AcceptIncompleteCMR takes a CMR without the elements that TS 29.128 table 5.7.1-1 wants for its action
	// (3GPP-Charging-Characteristics, RAT-Type, Visited-PLMN-Id). Default: DIAMETER_MISSING_AVP.
	AcceptIncompleteCMR bool
	// Lanes is how many UEs of one serving node are served with stored data at once; 1 to 4096, default 64. A node that
	// does not answer holds up no more than its own.
	Lanes int
	// RDS holds the timers of the Reliable Data Service and its Codec. Its own defaults hold but for T200, which is
	// AnswerTimeout and 5 s, as it has to cover what the serving node takes to reach the UE, and N201, which is 65535: policy
	// bounds the size of packets.
	RDS rds.Options
	// Meters is how many UEs and SCS/AS may have messages counted for rates and quotas at once, in memory; 64 to 2^26,
	// default 2^20. Nothing is counted where policy and MME set no limit. Beyond it some begin to count anew.
	Meters int
	// GroupWindow is how many UEs one delivery to a group sends to at once; 4 to 4096, default 64; fewer count as 4.
	GroupWindow int
	// Logger gets what an operator should know; identities are masked. Default: nothing.
	Logger *slog.Logger
	// Trace holds observation hooks.
	Trace *Trace
	// Charging gets what charging records are made of. Default: nobody.
	Charging Charging
}

// Trace holds optional hooks; nil ones are skipped. They run inline and must not block. Called concurrently.
type Trace struct {
	// Transition is called for each step of a delivery, connection or configuration: machine is the kind of record.
	Transition func(machine, from, event, to string)
	// ExceptionData is called for each MO exception data counter that an MME reports (TS 29.128 §5.5.3).
	ExceptionData func(apn id.APN, count uint32, since time.Time)
	// Delivery is called when a downlink delivery is kept for later, in an open state, and when it has ended, in a final
	// one, each time after that is durable. stored says that it is, or was, a resource.
	Delivery func(state State, status t8.DeliveryStatus, stored bool)
	// TDR is called when a TDR has its answer or will have none; result is zero then, and sent says whether the TDR may have
	// reached the serving node.
	TDR func(result diameter.Result, sent bool, took time.Duration)
	// Uplink is called for each ODR with the result of its answer.
	Uplink func(result diameter.Result, took time.Duration)
	// Connection is called for each CMR that was answered, and for one of the SCEF (byNode false) without an answer, too,
	// with the zero result.
	Connection func(action t6a.ConnectionAction, byNode bool, result diameter.Result)
	// Trigger is called for each device trigger that was tried.
	Trigger func(accepted bool)
	// Limited is called for each message that a limit stopped: limit is "quota", "APN rate" or "serving PLMN rate". Uplink data
	// is discarded then, downlink data refused.
	Limited func(scsas id.SCSASID, apn id.APN, limit string, uplink bool)
}

func (t *Trace) limited(scsas id.SCSASID, apn id.APN, limit string, uplink bool) {
	if t != nil && t.Limited != nil {
		t.Limited(scsas, apn, limit, uplink)
	}
}

func (t *Trace) transition(machine string, from, event, to interface{ String() string }) {
	if t != nil && t.Transition != nil {
		t.Transition(machine, from.String(), event.String(), to.String())
	}
}

func (o Options) withDefaults(self diameter.Identity) (Options, error) {
	var errs []error
	dur := func(name string, d *time.Duration, def, least, most time.Duration) {
		if *d == 0 {
			*d = def
		}
		if *d < least || *d > most {
			errs = append(errs, errors.New("nidd: "+name+" is out of range"))
		}
	}
	num := func(name string, n *int, def, most int) {
		if *n == 0 {
			*n = def
		}
		if *n < 1 || *n > most {
			errs = append(errs, errors.New("nidd: "+name+" is out of range"))
		}
	}
	dur("AnswerTimeout", &o.AnswerTimeout, 10*time.Second, time.Second, time.Minute)
	dur("UplinkTimeout", &o.UplinkTimeout, 5*time.Second, 100*time.Millisecond, time.Minute)
	dur("RetryInterval", &o.RetryInterval, 10*time.Second, time.Second, time.Hour)
	dur("Remember", &o.Remember, time.Hour, time.Second, 30*24*time.Hour)
	num("ReleaseTries", &o.ReleaseTries, 10, 1000)
	num("Lanes", &o.Lanes, 64, 4096)
	o.RDS.T200 = cmp.Or(o.RDS.T200, o.AnswerTimeout+5*time.Second)
	o.RDS.N201 = cmp.Or(o.RDS.N201, 65535)
	if o.RDS.Codec == nil {
		o.RDS.Codec = rds.DefaultCodec{}
	}
	num("Meters", &o.Meters, 1<<20, 1<<26)
	num("GroupWindow", &o.GroupWindow, 64, 4096)
	if o.HSS.Realm == "" {
		o.HSS.Realm = self.Realm
	}
	if o.Serves == nil {
		o.Serves = func(id.IMSI) bool { return true }
	}
	if o.CheckDestination == nil {
		o.CheckDestination = func(string) error { return nil }
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, errors.Join(errs...)
}

// bounded is a Transport that says how long it waits for an answer when the context has no deadline. It does so without
// a timer for each request, so where that is AnswerTimeout it is left to it.
type bounded interface{ AnswerTimeout() time.Duration }

// Deps is what a Procedure needs; every member is required but Cluster.
type Deps struct {
	Self      diameter.Identity // of the SCEF, shared by the nodes of a cluster: Origin-Host and Origin-Realm, SCEF-ID
	APIRoot   string            // of T8, as "https://scef.example.com"
	Store     store.Store
	Cluster   *store.Cluster      // of the processes that share Store; nil: this one has it for itself
	Transport diameter.Transport  // to HSS, MME and SGSN
	Notifier  t8.Sender           // for uplink data; one that is a t8.SubscriptionSender gets the URI of the configuration
	Outbox    Outbox              // for status notifications
	Profiles  policy.NIDDProfiles // a policy.APNProfiles is asked for the limits of APNs, too
}

// Procedure runs NIDD on a store. It implements [t8.NIDD]; [Procedure.T6a] and [Procedure.S6t] are its Diameter sides.
// All methods are safe for concurrent use.
type Procedure struct {
	Deps
	opts   Options
	log    *slog.Logger
	timers *store.Timers
	rds    *rds.Machine
	slots  slots
	lanes  lanes
	apns   policy.APNProfiles // nil: no APN has limits
	meters meters
	part   atomic.Uint64 // whose turn it is, see session.room

	ues     decoded[UE]
	configs decoded[Config]
	groups  groups
	long    t8.LongEnqueuer // Outbox, if it is one; nil: groups are not sent to

	ctx  context.Context // of what outlives a request; ends with Close
	stop context.CancelFunc
	mu   sync.Mutex     // orders shut and wg.Add
	shut bool           // guarded by mu
	wg   sync.WaitGroup // requests and goroutines under way
}

var _ t8.NIDD = (*Procedure)(nil)

// New returns a Procedure. It sends nothing and starts no goroutine before [Procedure.Run] or a request. opts may be
// nil.
func New(d Deps, opts *Options) (*Procedure, error) {
	if opts == nil {
		opts = &Options{}
	}
	var errs []error
	for _, x := range []struct {
		name    string
		missing bool
	}{
		{"Self.Host", d.Self.Host == ""}, {"Self.Realm", d.Self.Realm == ""}, {"APIRoot", d.APIRoot == ""},
		{"Store", d.Store == nil}, {"Transport", d.Transport == nil}, {"Notifier", d.Notifier == nil},
		{"Outbox", d.Outbox == nil}, {"Profiles", d.Profiles == nil},
	} {
		if x.missing {
			errs = append(errs, errors.New("nidd: Deps."+x.name+" is missing"))
		}
	}
	o, err := opts.withDefaults(d.Self)
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, err
	}
	machine, err := rds.New(&o.RDS)
	if err != nil {
		return nil, err
	}
	p := &Procedure{
		Deps: d, opts: o, log: o.Logger, timers: store.NewTimers(timerPrefix, d.Cluster), rds: machine,
		ues: newDecoded[UE](), configs: newDecoded[Config](),
	}
	p.ctx, p.stop = context.WithCancel(context.Background())
	p.lanes.init(o.Lanes, p.serve)
	p.apns, _ = d.Profiles.(policy.APNProfiles)
	p.meters.init(o.Meters)
	p.part.Store(rand.Uint64N(storedParts)) // the nodes of a cluster begin at different ones
	p.long, _ = d.Outbox.(t8.LongEnqueuer)
	return p, nil
}

// Run serves timers until ctx ends or the Procedure is closed: data that expires or is due again, configurations that
// end, releases to be repeated, and what a crash left half done. Exactly one Run is needed; without it stored data
// moves only when the network gives a sign. It returns the cause of its end.
func (p *Procedure) Run(ctx context.Context) error {
	if !p.begin() {
		return fault.New("nidd.Run", fault.Unavailable, "closed")
	}
	defer p.wg.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(p.ctx, cancel)()
	return p.timers.Run(ctx, p.Store, 16, p.fire)
}

// Close stops what is under way and waits for it. A TDR that was sent and not answered yet is repeated, as a
// retransmission, by the next process that opens the store. It may be called again.
func (p *Procedure) Close() {
	p.mu.Lock()
	p.shut = true
	p.mu.Unlock()
	p.stop()
	p.wg.Wait()
}

// begin counts something that Close waits for; it returns false once the Procedure is closed. The caller calls
// p.wg.Done at its end.
func (p *Procedure) begin() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shut {
		return false
	}
	p.wg.Add(1)
	return true
}

// detached returns a context for work that goes on when its request is given up, but not beyond Close.
func (p *Procedure) detached(ctx context.Context) context.Context { return detached{p.ctx, ctx} }

// detached ends as the embedded context does and holds the values of the other, too.
type detached struct {
	context.Context
	values context.Context
}

// Value asks the embedded context first, as package context finds out that way how to wait for its end cheaply.
func (d detached) Value(key any) any {
	if v := d.Context.Value(key); v != nil {
		return v
	}
	return d.values.Value(key)
}
