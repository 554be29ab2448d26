package nidd_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

const (
	imsi1 = "001010000000001"
	ext1  = id.ExternalID("meter1@example.com")
	msi1  = id.MSISDN("15551230001")
	as1   = id.SCSASID("as1")
	apn1  = "iot.example"
	dest1 = "https://as.example/notify"
	root1 = "https://scef.example"
)

var (
	scefID = diameter.Identity{Host: "scef.example", Realm: "example"}
	hssID  = diameter.Identity{Host: "hss.example", Realm: "example"}
	mmeID  = diameter.Identity{Host: "mme1.example", Realm: "example"}
	mme2ID = diameter.Identity{Host: "mme2.example", Realm: "example"}
)

// bench is a Procedure between a scripted HSS, MME and SCS/AS. Every message to them is encoded and decoded.
type bench struct {
	t        *testing.T
	p        *nidd.Procedure
	store    store.Store
	lease    time.Duration // in a cluster; zero: alone
	opts     nidd.Options
	prof     policy.NIDD
	other    policy.NIDDByID       // profiles in place of prof
	apns     map[id.APN]policy.APN // limits
	policies policy.NIDDCurrent

	silent bool     // the outbox keeps what it gets
	ends   []func() // wait for what else runs

	mu    sync.Mutex
	flow  []string                         // guarded by mu; what left the Procedure, in order
	nirs  []*s6t.NIR                       // guarded by mu
	tdrs  []*t6a.TDR                       // guarded by mu
	raw   []*diameter.Message              // guarded by mu; the messages of tdrs
	cmrs  []*t6a.CMR                       // guarded by mu
	posts []*t8.NIDDUplinkDataNotification // guarded by mu
	notes []note                           // guarded by mu; what the outbox delivered

	// The scripts. A nil answer with a nil error is replaced by a success.
	from diameter.Identity // who answers TDRs; zero: the serving node
	hss  func(*s6t.NIR) (*s6t.NIA, error)
	mme  func(*t6a.TDR) (*t6a.TDA, error)
	cmr  func(*t6a.CMR) (*t6a.CMA, error)
	post func(context.Context, *t8.NIDDUplinkDataNotification) error

	stop func()
}

type note struct {
	to   string
	body map[string]any
}

// run runs fn in a bubble with a bench whose Procedure is running.
func run(t *testing.T, fn func(*testing.T, *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{t: t, store: store.NewMemory(), prof: policy.NIDD{APN: apn1}}
		b.start()
		defer b.close()
		fn(t, b)
	})
}

func covers(t *testing.T, ids ...string) {
	t.Helper()
	t.Attr("covers", strings.Join(ids, " "))
}

// reload makes the present prof and apns known.
func (b *bench) reload() {
	profiles := policy.NIDDByID{as1: b.prof, "as2": b.prof}
	maps.Copy(profiles, b.other)
	set, err := policy.NewNIDDSet(profiles, b.apns)
	require.NoError(b.t, err)
	b.policies.Store(set)
}

// start makes a Procedure with the present options on the store.
func (b *bench) start() {
	b.reload()
	var cluster *store.Cluster
	if b.lease != 0 {
		var err error
		cluster, err = store.NewCluster(b.store, []byte("cluster/"), &store.ClusterOptions{Lease: b.lease})
		require.NoError(b.t, err)
	}
	outbox := t8.NewOutbox([]byte("outbox/"), outboxSender{b}, &t8.OutboxOptions{Cluster: cluster})
	p, err := nidd.New(nidd.Deps{
		Self: scefID, APIRoot: root1, Store: b.store, Cluster: cluster, Transport: b, Notifier: uplinkSender{b}, Outbox: outbox,
		Profiles: &b.policies,
	}, &b.opts)
	require.NoError(b.t, err)
	b.p = p
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = cluster.Run(ctx, func(ctx context.Context) error {
			var wg sync.WaitGroup
			wg.Go(func() { _ = p.Run(ctx) })
			if !b.silent {
				wg.Go(func() { _ = outbox.Run(ctx, b.store) })
			}
			wg.Wait()
			return ctx.Err()
		})
	})
	b.stop = func() {
		cancel()
		p.Close()
		wg.Wait()
	}
}

// close stops the Procedure and waits for what else runs.
func (b *bench) close() {
	b.stop()
	for _, wait := range b.ends {
		wait()
	}
}

// restart throws the Procedure away and opens a new one on the same store.
func (b *bench) restart() {
	b.close()
	b.start()
}

type uplinkSender struct{ b *bench }

func (s uplinkSender) Notify(ctx context.Context, to string, body any) error {
	n := body.(*t8.NIDDUplinkDataNotification)
	s.b.record("POST "+to, func() { s.b.posts = append(s.b.posts, n) })
	if post := scripted(s.b, &s.b.post); post != nil {
		return post(ctx, n)
	}
	return nil
}

type outboxSender struct{ b *bench }

func (s outboxSender) Notify(_ context.Context, to string, body any) error {
	n := note{to: to}
	text, ok := body.([]byte)
	if !ok {
		var err error
		if text, err = body.(*t8.LongBody).MarshalJSON(); err != nil {
			return err
		}
	}
	if err := json.Unmarshal(text, &n.body); err != nil {
		return err
	}
	s.b.record("NOTIFY "+to, func() { s.b.notes = append(s.b.notes, n) })
	return nil
}

func (b *bench) record(what string, fn func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.flow = append(b.flow, what)
	fn()
}

// Do is the Transport of the Procedure.
func (b *bench) Do(ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
	m, err := diameter.ParseMessage(req.Append(nil))
	require.NoError(b.t, err)
	var ans diameter.Command
	switch m.Command {
	case code(&s6t.NIR{}):
		var c s6t.NIR
		require.NoError(b.t, diameter.Decode(m, &c))
		b.record("NIR", func() { b.nirs = append(b.nirs, &c) })
		a, err := script(scripted(b, &b.hss), &c, func() *s6t.NIA { return grant(time.Time{}) })
		if err != nil {
			return nil, err
		}
		a.SessionID, a.OriginHost, a.OriginRealm = c.SessionID, hssID.Host, hssID.Realm
		ans = a
	case code(&t6a.TDR{}):
		var c t6a.TDR
		require.NoError(b.t, diameter.Decode(m, &c))
		b.record("TDR "+to.Host+" "+string(c.NonIPData), func() { b.tdrs, b.raw = append(b.tdrs, &c), append(b.raw, m) })
		a, err := script(scripted(b, &b.mme), &c, func() *t6a.TDA { return &t6a.TDA{Result: diameter.Success} })
		if err != nil {
			return nil, err
		}
		a.SessionID, a.OriginHost, a.OriginRealm = c.SessionID, to.Host, to.Realm
		if from := scripted(b, &b.from); from.Host != "" {
			a.OriginHost, a.OriginRealm = from.Host, from.Realm
		}
		ans = a
	case code(&t6a.CMR{}):
		var c t6a.CMR
		require.NoError(b.t, diameter.Decode(m, &c))
		b.record("CMR "+to.Host, func() { b.cmrs = append(b.cmrs, &c) })
		a, err := script(scripted(b, &b.cmr), &c, func() *t6a.CMA { return &t6a.CMA{Result: diameter.Success} })
		if err != nil {
			return nil, err
		}
		a.SessionID, a.OriginHost, a.OriginRealm = c.SessionID, to.Host, to.Realm
		ans = a
	default:
		b.t.Errorf("unexpected command %d", m.Command)
		return nil, diameter.ErrNoPeer
	}
	out, err := diameter.NewAnswer(m, ans)
	require.NoError(b.t, err)
	return diameter.ParseMessage(out.Append(nil))
}

// scripted reads a script. A test changes scripts without the lock, but passes it before it goes on.
func scripted[T any](b *bench, script *T) T {
	b.mu.Lock()
	defer b.mu.Unlock()
	return *script
}

// sleep lets time pass.
func (b *bench) sleep(d time.Duration) {
	b.mu.Lock()
	b.mu.Unlock() //nolint:staticcheck // orders the scripts that were set before what runs now
	time.Sleep(d)
	synctest.Wait()
}

func code(c diameter.Command) diameter.CommandCode { n, _, _ := c.Header(); return n }

func script[Q, A any](fn func(*Q) (*A, error), q *Q, ok func() *A) (*A, error) {
	if fn == nil {
		return ok(), nil
	}
	a, err := fn(q)
	if a == nil && err == nil {
		a = ok()
	}
	return a, err
}

// grant is the NIA of an HSS that authorises UE 1.
func grant(until time.Time) *s6t.NIA {
	tbcd, _ := tgpp.AppendTBCD(nil, string(msi1))
	return &s6t.NIA{Result: diameter.Success, NIDDAuthorizationResponse: &s6t.NIDDAuthorizationResponse{
		UserName: imsi1, MSISDN: tbcd, ExternalIdentifier: string(ext1), GrantedValidityTime: until,
	}}
}

// sleeping is the TDA of a UE that sleeps.
func sleeping(retry time.Time) *t6a.TDA {
	return &t6a.TDA{Result: diameter.ErrorUserTemporarilyUnreachable, RequestedRetransmissionTime: retry}
}

func result(r diameter.Result) func(*t6a.TDR) (*t6a.TDA, error) {
	return func(*t6a.TDR) (*t6a.TDA, error) { return &t6a.TDA{Result: r}, nil }
}

func noAnswer[Q, A any](*Q) (*A, error) {
	return nil, errors.Join(diameter.ErrSent, context.DeadlineExceeded)
}

func noPeer[Q, A any](*Q) (*A, error) { return nil, diameter.ErrNoPeer }

func throttled[Q, A any](*Q) (*A, error) { return nil, diameter.ErrThrottled }

const allFeatures = t8.Features("108") // MT_NIDD_modification_cancellation and PatchUpdate

// configure creates a configuration for UE 1 and returns its id.
func (b *bench) configure(change ...func(*t8.NIDDConfiguration)) string {
	b.t.Helper()
	cfg := &t8.NIDDConfiguration{ExternalID: ext1, NotificationDestination: dest1, SupportedFeatures: allFeatures}
	for _, f := range change {
		f(cfg)
	}
	got, err := b.p.CreateConfiguration(b.t.Context(), as1, cfg)
	require.NoError(b.t, err)
	_, configID, ok := t8.ParseNIDDConfigurationURI(got.Self)
	require.True(b.t, ok)
	return configID
}

// deliver posts data for UE 1.
func (b *bench) deliver(configID, data string, change ...func(*t8.NIDDDownlinkDataTransfer)) (*t8.NIDDDownlinkDataTransfer, error) {
	d := &t8.NIDDDownlinkDataTransfer{ExternalID: ext1, Data: []byte(data)}
	for _, f := range change {
		f(d)
	}
	return b.p.CreateDelivery(b.t.Context(), as1, configID, d)
}

// buffer posts data that has to be kept and returns the id of the delivery.
func (b *bench) buffer(configID, data string, change ...func(*t8.NIDDDownlinkDataTransfer)) string {
	b.t.Helper()
	d, err := b.deliver(configID, data, change...)
	require.NoError(b.t, err)
	_, _, deliveryID, ok := t8.ParseNIDDDeliveryURI(d.Self)
	require.True(b.t, ok, "the data was not kept: %v", d.DeliveryStatus)
	return deliveryID
}

func cmr(action t6a.ConnectionAction, change ...func(*t6a.CMR)) *t6a.CMR {
	c := &t6a.CMR{
		SessionID: "mme1.example;1;1", UserIdentifier: t6a.UserIdentifier{UserName: imsi1}, BearerIdentifier: []byte{5},
		OriginHost: mmeID.Host, OriginRealm: mmeID.Realm, DestinationRealm: scefID.Realm, ConnectionAction: action,
		RATType: new(tgpp.RATType(1005)), VisitedPLMNID: []byte{0x00, 0xf1, 0x10},
	}
	if action == t6a.ConnectionActionEstablishment {
		c.ServiceSelection, c.ThreeGPPChargingCharacteristics = apn1, "0800"
	}
	for _, f := range change {
		f(c)
	}
	return c
}

// ask sends a T6a request to the Procedure and returns its answer; what has to happen after the answer, happens.
func (b *bench) ask(c diameter.Command) *diameter.Message {
	b.t.Helper()
	defer synctest.Wait()
	return b.tell(c)
}

// tell is ask without waiting for what follows.
func (b *bench) tell(c diameter.Command) *diameter.Message {
	b.t.Helper()
	req, err := diameter.NewRequest(c)
	require.NoError(b.t, err)
	return b.askRaw(b.p.T6a(), req)
}

func (b *bench) askRaw(h diameter.Handler, req *diameter.Message) *diameter.Message {
	b.t.Helper()
	req.HopByHop, req.EndToEnd = 7, 8
	m, err := diameter.ParseMessage(req.Append(nil))
	require.NoError(b.t, err)
	ans, then := h.HandleDiameter(b.t.Context(), mmeID, m)
	require.NotNil(b.t, ans)
	b.record("ANSWER", func() {})
	if then != nil {
		then()
	}
	return ans
}

// asks wants the result of a T6a request.
func (b *bench) asks(want diameter.Result, c diameter.Command) *diameter.Message {
	b.t.Helper()
	ans := b.ask(c)
	got, err := diameter.ResultOf(ans)
	require.NoError(b.t, err)
	require.Equal(b.t, want.String(), got.String())
	return ans
}

func (b *bench) attach() {
	b.t.Helper()
	b.asks(diameter.Success, cmr(t6a.ConnectionActionEstablishment))
}

func (b *bench) detach() {
	b.t.Helper()
	b.asks(diameter.Success, cmr(t6a.ConnectionActionRelease))
}

func (b *bench) wake() {
	b.t.Helper()
	b.asks(diameter.Success, cmr(t6a.ConnectionActionUpdate, reachable))
}

func reachable(c *t6a.CMR) { c.CMRFlags = new(t6a.CMRFlagUEReachableIndicator) }

func odr(data string, change ...func(*t6a.ODR)) *t6a.ODR {
	c := &t6a.ODR{
		SessionID: "mme1.example;1;2", UserIdentifier: t6a.UserIdentifier{UserName: imsi1}, BearerIdentifier: []byte{5},
		OriginHost: mmeID.Host, OriginRealm: mmeID.Realm, DestinationRealm: scefID.Realm,
	}
	if data != "" {
		c.NonIPData = []byte(data)
	}
	for _, f := range change {
		f(c)
	}
	return c
}

// sent returns the data of the TDRs so far.
func (b *bench) sent() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := []string{}
	for _, c := range b.tdrs {
		s = append(s, string(c.NonIPData))
	}
	return s
}

// left returns what left the Procedure, without notifications, and forgets it.
func (b *bench) left() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := slices.DeleteFunc(b.flow, func(f string) bool { return strings.HasPrefix(f, "NOTIFY") })
	b.flow = nil
	return s
}

// notified returns the delivered notifications, each as the value of the member.
func (b *bench) notified(member string) []string {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	s := []string{}
	for _, n := range b.notes {
		if v, ok := n.body[member].(string); ok {
			s = append(s, v)
		}
	}
	return s
}

// keys returns how many records the tables of the given letters hold.
func (b *bench) keys(tables string) int {
	n := 0
	require.NoError(b.t, b.store.View(b.t.Context(), func(r store.Reader) error {
		for _, l := range tables {
			from := []byte("nidd/" + string(l) + "/")
			for _, err := range r.Scan(from, store.PrefixEnd(from), false) {
				if err != nil {
					return err
				}
				n++
			}
		}
		return nil
	}))
	return n
}
