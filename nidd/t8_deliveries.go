package nidd

import (
	"context"
	"time"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t8"
)

// newDelivery returns the delivery that a request asks for, in state Submitted. It gets its ID when it is kept.
func newDelivery(c *Config, t *t8.NIDDDownlinkDataTransfer, prof policy.NIDD, now time.Time) *Delivery {
	d := &Delivery{SCSAS: c.SCSAS, ConfigID: c.ID, IMSI: c.IMSI, TriggerOnly: prof.DropTriggered}
	d.fill(c, t, prof, now)
	return d
}

// fill sets what a request says.
func (d *Delivery) fill(c *Config, t *t8.NIDDDownlinkDataTransfer, prof policy.NIDD, now time.Time) {
	d.Data, d.Reliable, d.Port = t.Data, t.ReliableDataService, t.RDSPort
	d.Priority = 0
	if t.Priority != nil {
		d.Priority = *t.Priority
	}
	d.Option = t.PDNEstablishmentOption
	if d.Option == "" {
		d.Option = c.Option
	}
	if d.Option == "" {
		d.Option = t8.PDNEstablishmentOption(prof.PDNEstablishmentOption)
	}
	latency := prof.MaximumLatency
	d.MaxLatency = -1
	if t.MaximumLatency != nil {
		d.MaxLatency = t.MaximumLatency.Duration()
		latency = d.MaxLatency
	}
	if prof.LatencyLimit != 0 {
		latency = min(latency, prof.LatencyLimit)
	}
	if prof.NoBuffering {
		latency = 0
	}
	d.Expires = now.Add(latency)
}

// transfer returns what the delivery was asked for, as a request would say it.
func (d *Delivery) transfer(c *Config) *t8.NIDDDownlinkDataTransfer {
	t := &t8.NIDDDownlinkDataTransfer{
		Data: d.Data, ReliableDataService: d.Reliable, RDSPort: d.Port, PDNEstablishmentOption: d.Option,
	}
	t.ExternalID, t.MSISDN = c.identity()
	if d.Priority != 0 {
		t.Priority = new(d.Priority)
	}
	if d.MaxLatency >= 0 {
		t.MaximumLatency = new(t8.DurationSec(d.MaxLatency))
	}
	return t
}

// deliveryResource returns the resource as T8 shows it; without Self when the delivery is none.
func (p *Procedure) deliveryResource(c *Config, d *Delivery) *t8.NIDDDownlinkDataTransfer {
	t := d.transfer(c)
	t.DeliveryStatus = d.Status()
	if d.Stored {
		t.Self = t8.NIDDDeliveryURI(p.APIRoot, c.SCSAS, c.ID, d.ID)
	}
	if d.State == Asleep && !d.NoRoute {
		t.RequestedRetransmissionTime = d.NotBefore
	}
	return t
}

// CreateDelivery sends data to the UE, or keeps it when the UE cannot be reached (TS 29.122 §4.4.5.3.1). The result has
// Self set when the data is kept, which is durable then. Data for a group always is: it goes out after the answer (§4.4.5.3.2),
// which has no result of a UE, and one notification tells the results of all. So is data with reliableDataService for a UE
// with a PDN connection: a notification tells whether the UE has acknowledged it, or that the connection has no Reliable
// Data Service. Errors: fault.NotFound, fault.NotAuthorized (the HSS revoked the configuration), fault.QuotaExceeded and
// fault.RateLimited (nothing was sent or kept), fault.InvalidParameter, fault.ParameterOutOfRange, fault.DataTooLarge,
// fault.RDSPortUnknown, fault.NoPDNConnection, fault.Triggered,
// fault.TemporarilyUnreachable, fault.Timeout, fault.NextHop, fault.Unavailable (other data for the UE is under way).
func (p *Procedure) CreateDelivery(ctx context.Context, scsas id.SCSASID, configID string, t *t8.NIDDDownlinkDataTransfer) (*t8.NIDDDownlinkDataTransfer, error) {
	const op = "nidd.CreateDelivery"
	if !p.begin() {
		return nil, closed(op)
	}
	defer p.wg.Done()
	prof, ok := p.Profiles.NIDD(scsas)
	if !ok { // the one operation for which TS 29.122 §4.4.5.3.1 wants 401 where others have 403
		return nil, fault.New(op, fault.Unauthenticated, "the SCS/AS may not send NIDD requests")
	}
	c, u, err := p.lookup(ctx, op, scsas, configID)
	if err != nil {
		return nil, err
	}
	if c.group() {
		return p.createGroupDelivery(ctx, op, c, t, prof)
	}
	if err := checkTransfer(op, c, t, prof); err != nil {
		return nil, err
	}
	slot, waited, err := p.slots.acquire(ctx, c.IMSI, p.opts.AnswerTimeout)
	if err != nil {
		return nil, fault.Wrap(op, fault.Unavailable, err)
	}
	defer slot.release()
	if waited { // what was read before may be old
		if c, u, err = p.lookup(ctx, op, scsas, configID); err != nil {
			return nil, err
		}
		if err := checkTransfer(op, c, t, prof); err != nil {
			return nil, err
		}
	}
	now := time.Now()
	d := newDelivery(c, t, prof, now)
	// Once a TDR is under way its result counts, whether the SCS/AS waits for it or not.
	if err := p.admitNow(p.detached(ctx), op, &prof, d, u, c, now); err != nil {
		return nil, failed(op, err)
	}
	if d.State.Final() {
		p.opts.Trace.delivery(d)
	}
	if d.State.Final() && d.State != Delivered {
		return nil, d.Fault(op)
	}
	return p.deliveryResource(c, d), nil
}

// checkTransfer checks a request for a delivery against its configuration.
func checkTransfer(op string, c *Config, t *t8.NIDDDownlinkDataTransfer, prof policy.NIDD) error {
	if c.Status == Revoked {
		return fault.New(op, fault.NotAuthorized, "the network revoked the authorisation of the UE")
	}
	if err := checkIdentity(op, c, t); err != nil {
		return err
	}
	if o := t.PDNEstablishmentOption; o != "" && !o.Known() {
		return &fault.Error{Op: op, Code: fault.ParameterOutOfRange, Params: []fault.Param{{Param: "/pdnEstablishmentOption", Reason: "is not known"}}}
	}
	if err := checkSize(op, c, t.Data, prof); err != nil {
		return err
	}
	return checkPort(op, c, t.RDSPort)
}

// checkIdentity refuses a delivery for another UE than that of the configuration, by whichever of its names.
func checkIdentity(op string, c *Config, t *t8.NIDDDownlinkDataTransfer) error {
	param := ""
	switch {
	case c.group():
		return checkGroup(op, c, t)
	case t.ExternalGroupID != "":
		return fault.New(op, fault.OperationProhibited, "the configuration is not that of a group")
	case t.ExternalID != "" && t.ExternalID != c.ExternalID:
		param = "/externalId"
	case t.MSISDN != "" && t.MSISDN != c.MSISDN:
		param = "/msisdn"
	default:
		return nil
	}
	return &fault.Error{
		Op: op, Code: fault.InvalidParameter, Detail: "the configuration is for another UE",
		Params: []fault.Param{{Param: param, Reason: "is not the UE of the configuration"}},
	}
}

// checkSize compares with what the UE was told, and the SCS/AS in bits.
func checkSize(op string, c *Config, data []byte, prof policy.NIDD) error {
	if len(data) > packetSize(c, prof) {
		return fault.New(op, fault.DataTooLarge, "the data is larger than maximumPacketSize")
	}
	return nil
}

// viewOfConfig runs fn on a configuration of the SCS/AS, in a View.
func (p *Procedure) viewOfConfig(ctx context.Context, op string, scsas id.SCSASID, configID string, fn func(store.Reader, *Config) error) error {
	if _, err := p.profile(op, scsas); err != nil {
		return err
	}
	err := p.Store.View(ctx, func(r store.Reader) error {
		c, err := getConfig(r, scsas, configID)
		if err != nil {
			return err
		}
		if c == nil {
			return noConfig(op)
		}
		return fn(r, c)
	})
	if err != nil {
		return failed(op, err)
	}
	return nil
}

// Deliveries lists the pending deliveries of a configuration.
func (p *Procedure) Deliveries(ctx context.Context, scsas id.SCSASID, configID string) (list []t8.NIDDDownlinkDataTransfer, err error) {
	err = p.viewOfConfig(ctx, "nidd.Deliveries", scsas, configID, func(r store.Reader, c *Config) (err error) {
		list, err = p.deliveriesUnder(r, c)
		return err
	})
	return list, err
}

// deliveriesUnder returns the pending deliveries of a configuration, the oldest first.
func (p *Procedure) deliveriesUnder(r store.Reader, c *Config) ([]t8.NIDDDownlinkDataTransfer, error) {
	if c.group() {
		return p.groupDeliveriesUnder(r, c)
	}
	list := []t8.NIDDDownlinkDataTransfer{}
	from := deliveriesOf(c.IMSI)
	for kv, err := range r.Scan(from, store.PrefixEnd(from), false) {
		if err != nil {
			return nil, err
		}
		d, err := decodeDelivery(kv.Value)
		if err != nil {
			return nil, err
		}
		if d.SCSAS == c.SCSAS && d.ConfigID == c.ID {
			list = append(list, *p.deliveryResource(c, d))
		}
	}
	return list, nil
}

// Delivery reads one pending delivery. One that is gone is fault.NotFound.
func (p *Procedure) Delivery(ctx context.Context, scsas id.SCSASID, configID, deliveryID string) (t *t8.NIDDDownlinkDataTransfer, err error) {
	const op = "nidd.Delivery"
	err = p.viewOfConfig(ctx, op, scsas, configID, func(r store.Reader, c *Config) error {
		if t, err = p.viewDelivery(r, c, deliveryID); t == nil && err == nil {
			err = fault.New(op, fault.NotFound, "no such delivery")
		}
		return err
	})
	return t, err
}

// viewDelivery returns a pending delivery as T8 shows it, or nil.
func (p *Procedure) viewDelivery(r store.Reader, c *Config, deliveryID string) (*t8.NIDDDownlinkDataTransfer, error) {
	if c.group() {
		return p.viewGroupDelivery(r, c, deliveryID)
	}
	d, err := getDelivery(r, c, deliveryID)
	if d == nil || err != nil {
		return nil, err
	}
	return p.deliveryResource(c, d), nil
}

func getDelivery(r store.Reader, c *Config, deliveryID string) (*Delivery, error) {
	b, err := r.Get(deliveryKey(c.IMSI, deliveryID))
	if b == nil || err != nil {
		return nil, err
	}
	d, err := decodeDelivery(b)
	if err != nil || d.SCSAS != c.SCSAS || d.ConfigID != c.ID {
		return nil, err
	}
	return d, nil
}

// ReplaceDelivery replaces data that is still pending; the UE stays the same (TS 29.122 §4.4.5.3.1, feature
// MT_NIDD_modification_cancellation). It returns nil without an error where policy answers 204. Errors: those of
// CreateDelivery that the new content can earn, fault.OperationProhibited without the feature or for a group, fault.Sending,
// fault.AlreadyDelivered, fault.Timeout and fault.NextHop by what became of the data, fault.NotFound,
// fault.PreconditionFailed.
func (p *Procedure) ReplaceDelivery(ctx context.Context, scsas id.SCSASID, configID, deliveryID string, t *t8.NIDDDownlinkDataTransfer) (*t8.NIDDDownlinkDataTransfer, error) {
	const op = "nidd.ReplaceDelivery"
	return p.changeDelivery(ctx, op, scsas, configID, deliveryID, t8.FeatureMTNIDDModificationCancellation,
		func(*Config, *Delivery) (*t8.NIDDDownlinkDataTransfer, error) { return t, nil })
}

// ModifyDelivery changes data that is still pending (TS 29.122 §4.4.5.3.1, feature PatchUpdate). Otherwise as
// ReplaceDelivery.
func (p *Procedure) ModifyDelivery(ctx context.Context, scsas id.SCSASID, configID, deliveryID string, patch *t8.NIDDDownlinkDataTransferPatch) (*t8.NIDDDownlinkDataTransfer, error) {
	const op = "nidd.ModifyDelivery"
	return p.changeDelivery(ctx, op, scsas, configID, deliveryID, t8.FeaturePatchUpdate,
		func(c *Config, d *Delivery) (*t8.NIDDDownlinkDataTransfer, error) {
			t := d.transfer(c)
			return t, patch.Apply(t)
		})
}

func (p *Procedure) changeDelivery(ctx context.Context, op string, scsas id.SCSASID, configID, deliveryID string, feature int,
	content func(*Config, *Delivery) (*t8.NIDDDownlinkDataTransfer, error),
) (*t8.NIDDDownlinkDataTransfer, error) {
	prof, err := p.profile(op, scsas)
	if err != nil {
		return nil, err
	}
	var out *t8.NIDDDownlinkDataTransfer
	err = p.onDelivery(ctx, op, scsas, configID, deliveryID, feature, func(s *session, c *Config, d *Delivery) error {
		if _, _, err := Step(*d, Event{Kind: Change}, s.now); err != nil {
			return d.conflict(op)
		}
		t, err := content(c, d)
		if err != nil {
			return err
		}
		if err := checkTransfer(op, c, t, prof); err != nil {
			return err
		}
		latency := d.MaxLatency
		expires, size := d.Expires, len(d.Data)
		d.fill(c, t, prof, s.now)
		if d.MaxLatency == latency { // the wait goes on
			d.Expires = expires
		}
		if err := s.recount(d, size); err != nil {
			return err
		}
		if _, err := s.step(d, Event{Kind: Change}); err != nil {
			return err
		}
		out = p.deliveryResource(c, d)
		return nil
	})
	if err != nil || prof.NoContent {
		return nil, err
	}
	return out, nil
}

// CancelDelivery drops data that is still pending; it is not sent afterwards (TS 29.122 §4.4.5.3.1, feature
// MT_NIDD_modification_cancellation). Errors as ReplaceDelivery.
func (p *Procedure) CancelDelivery(ctx context.Context, scsas id.SCSASID, configID, deliveryID string) error {
	const op = "nidd.CancelDelivery"
	if _, err := p.profile(op, scsas); err != nil {
		return err
	}
	return p.onDelivery(ctx, op, scsas, configID, deliveryID, t8.FeatureMTNIDDModificationCancellation,
		func(s *session, _ *Config, d *Delivery) error {
			if _, err := s.step(d, Event{Kind: Cancel}); err != nil {
				return d.conflict(op)
			}
			return nil
		})
}

// onDelivery runs fn on a pending delivery in a transaction, or returns what became of it.
func (p *Procedure) onDelivery(ctx context.Context, op string, scsas id.SCSASID, configID, deliveryID string, feature int,
	fn func(*session, *Config, *Delivery) error,
) error {
	if !p.begin() {
		return closed(op)
	}
	defer p.wg.Done()
	c, _, err := p.lookup(ctx, op, scsas, configID)
	if err != nil {
		return err
	}
	if c.group() {
		return p.keepGroupDelivery(ctx, op, c, deliveryID)
	}
	if !c.Features.Has(feature) {
		return fault.New(op, fault.OperationProhibited, "feature "+t8.NIDDFeatureNames()[feature]+" was not negotiated")
	}
	_, err = p.update(ctx, c.IMSI, func(s *session) error {
		c, err := getConfig(s.tx, scsas, configID)
		if err != nil {
			return err
		}
		if c == nil {
			return noConfig(op)
		}
		d, err := s.delivery(deliveryID)
		if err != nil {
			return err
		}
		if d == nil || d.SCSAS != scsas || d.ConfigID != configID {
			return s.remembered(op, scsas, configID, deliveryID)
		}
		if cond := t8.Precondition(ctx); !cond.IsZero() {
			if err := cond.Check(p.deliveryResource(c, d)); err != nil {
				return err
			}
		}
		return fn(s, c, d)
	})
	if err != nil {
		return failed(op, err)
	}
	return nil
}

// conflict is the error for a delivery that is on its way.
func (d *Delivery) conflict(op string) error {
	return fault.New(op, fault.Sending, "the data is on its way to the UE")
}

// remembered returns what became of a delivery that is gone.
func (s *session) remembered(op string, scsas id.SCSASID, configID, deliveryID string) error {
	b, err := s.tx.Get(outcomeKey(scsas, configID, deliveryID))
	if err != nil {
		return err
	}
	if b != nil {
		o, err := decodeOutcome(b)
		if err != nil {
			return err
		}
		d := Delivery{State: o.State, Triggered: o.Triggered, NotBefore: o.RetryAt}
		if f := d.Fault(op); f != nil {
			return f
		}
	}
	return fault.New(op, fault.NotFound, "no such delivery")
}
