package nidd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t8"
)

// Features are the features of the NIDD API that this package serves (TS 29.122 §5.6.4); Notification_websocket comes
// with Options.WebSocketURI, GroupMessageDelivery with an Outbox that can take its results. Policy may leave out those of the
// Reliable Data Service.
var Features = t8.FeatureSet(t8.FeatureGroupMessageDelivery, t8.FeatureNotificationTestEvent, t8.FeatureMTNIDDModificationCancellation,
	t8.FeaturePatchUpdate, t8.FeatureRDSPortVerification, t8.FeatureRDSDynamicPort, t8.FeatureRDSSerializationFormat)

var featuresWithWebSocket = t8.FeatureSet(append(Features.Numbers(), t8.FeatureNotificationWebsocket)...)

var withoutGroups = t8.FeatureSet(featuresWithWebSocket.Numbers()[1:]...)

// features are those that this Procedure offers.
func (p *Procedure) features() t8.Features {
	f := Features
	if p.opts.WebSocketURI != nil {
		f = featuresWithWebSocket
	}
	if p.long == nil {
		f = f.Intersect(withoutGroups)
	}
	if p.opts.Offered != "" {
		f = f.Intersect(p.opts.Offered)
	}
	return f
}

// configURI is the URI of the resource.
func (p *Procedure) configURI(c *Config) string {
	return t8.NIDDConfigurationURI(p.APIRoot, c.SCSAS, c.ID)
}

// profile returns what policy allows the SCS/AS.
func (p *Procedure) profile(op string, scsas id.SCSASID) (policy.NIDD, error) {
	prof, ok := p.Profiles.NIDD(scsas)
	if !ok {
		return prof, fault.New(op, fault.NotAuthorized, "the SCS/AS may not use NIDD")
	}
	return prof, nil
}

// Configurations lists the NIDD configurations of the SCS/AS.
func (p *Procedure) Configurations(ctx context.Context, scsas id.SCSASID) ([]t8.NIDDConfiguration, error) {
	const op = "nidd.Configurations"
	prof, err := p.profile(op, scsas)
	if err != nil {
		return nil, err
	}
	list := []t8.NIDDConfiguration{}
	err = p.Store.View(ctx, func(r store.Reader) error {
		from := configsOf(scsas)
		list = list[:0]
		for kv, err := range r.Scan(from, store.PrefixEnd(from), false) {
			if err != nil {
				return err
			}
			c, err := decodeConfig(kv.Value)
			if err != nil {
				return err
			}
			v, err := p.viewConfig(r, c, prof)
			if err != nil {
				return err
			}
			list = append(list, *v)
		}
		return nil
	})
	if err != nil {
		return nil, failed(op, err)
	}
	return list, nil
}

// Configuration reads one NIDD configuration.
func (p *Procedure) Configuration(ctx context.Context, scsas id.SCSASID, configID string) (v *t8.NIDDConfiguration, err error) {
	err = p.viewOfConfig(ctx, "nidd.Configuration", scsas, configID, func(r store.Reader, c *Config) (err error) {
		prof, _ := p.Profiles.NIDD(scsas)
		v, err = p.viewConfig(r, c, prof)
		return err
	})
	return v, err
}

// viewConfig returns the resource with the deliveries that wait under it.
func (p *Procedure) viewConfig(r store.Reader, c *Config, prof policy.NIDD) (*t8.NIDDConfiguration, error) {
	v := p.configResource(c, prof)
	list, err := p.deliveriesUnder(r, c)
	if err != nil {
		return nil, err
	}
	v.DownlinkDataTransfers = list
	return v, nil
}

// configResource returns the resource as T8 shows it, without deliveries.
func (p *Procedure) configResource(c *Config, prof policy.NIDD) *t8.NIDDConfiguration {
	v := &t8.NIDDConfiguration{
		Self:                    p.configURI(c),
		SupportedFeatures:       c.Features,
		MTCProviderID:           c.MTCProviderID,
		Duration:                c.end(),
		ReliableDataService:     c.Reliable && !c.rds.off,
		RDSPorts:                c.Ports,
		PDNEstablishmentOption:  c.Option,
		NotificationDestination: c.Destination,
		RequestTestNotification: c.Test,
		MaximumPacketSize:       8 * packetSize(c, prof),
		Status:                  c.Status.status(),
	}
	if v.ExternalGroupID = c.ExternalGroupID; v.ExternalGroupID == "" {
		v.ExternalID, v.MSISDN = c.identity()
	}
	if c.WebSocket && p.opts.WebSocketURI != nil {
		v.WebsockNotifConfig = &t8.WebsockNotifConfig{WebsocketURI: p.opts.WebSocketURI(c.SCSAS, v.Self), RequestWebsocketURI: true}
	}
	return v
}

// AllowWebSocket says whether an SCS/AS may receive the notifications of an NIDD configuration over a WebSocket: nil when
// subscription is the URI of one that it created with websockNotifConfig. It is for [t8.WebSocketsOptions]. Errors:
// fault.NotFound.
func (p *Procedure) AllowWebSocket(ctx context.Context, scsas id.SCSASID, subscription string) error {
	const op = "nidd.AllowWebSocket"
	owner, configID, ok := t8.ParseNIDDConfigurationURI(subscription)
	if !ok || owner != scsas || p.opts.WebSocketURI == nil {
		return noConfig(op)
	}
	return p.viewOfConfig(ctx, op, scsas, configID, func(_ store.Reader, c *Config) error {
		if !c.WebSocket || p.configURI(c) != subscription {
			return noConfig(op)
		}
		return nil
	})
}

// testSoon sends the test notification that the SCS/AS asked for, once the answer is out (TS 29.122 §5.2.5.3). It is
// kept from then on; a crash in between loses it.
func (p *Procedure) testSoon(ctx context.Context, c *Config) {
	t8.AfterResponse(ctx, func() {
		if !p.begin() {
			return
		}
		go func() {
			defer p.wg.Done()
			if err := t8.SendTest(p.ctx, p.Store, p.Outbox, p.configURI(c), c.Destination); err != nil {
				p.log.Warn("test notification not sent", "config", c.ID, "err", err)
			}
		}()
	})
}

// CreateConfiguration asks the HSS whether the UE may use NIDD on the APN of the SCS/AS, and creates the configuration
// (TS 29.122 §4.4.5.2.1). Downlink data in cfg becomes a resource at once and is sent after the answer. It returns when
// the configuration is durable; that of a group when the HSS has named all members, in as many messages as it takes, for which
// diameter.Options.MaxMessage must have room (64 KiB: some 500 members each). Errors: fault.NotAuthorized,
// fault.ParameterOutOfRange, fault.InvalidParameter, fault.OperationProhibited, fault.UserUnknown, fault.Unavailable (the HSS
// cannot be reached), fault.NetworkFailure, fault.Timeout (the HSS did not go on with the list of a group).
func (p *Procedure) CreateConfiguration(ctx context.Context, scsas id.SCSASID, cfg *t8.NIDDConfiguration) (*t8.NIDDConfiguration, error) {
	const op = "nidd.CreateConfiguration"
	if !p.begin() {
		return nil, closed(op)
	}
	defer p.wg.Done()
	prof, err := p.profile(op, scsas)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	if err := p.checkConfig(op, cfg, now); err != nil {
		return nil, err
	}
	c := &Config{
		ID:            newID(),
		SCSAS:         scsas,
		APN:           prof.APN,
		ExternalID:    cfg.ExternalID,
		MSISDN:        cfg.MSISDN,
		ByMSISDN:      cfg.MSISDN != "",
		HSS:           p.opts.HSS,
		Destination:   cfg.NotificationDestination,
		MTCProviderID: cfg.MTCProviderID,
		Option:        cfg.PDNEstablishmentOption,
		Reliable:      cfg.ReliableDataService,
		Ports:         cfg.RDSPorts,
		Duration:      limitDuration(cfg.Duration, prof, now),

		ExternalGroupID: cfg.ExternalGroupID,
	}
	if cfg.SupportedFeatures != "" {
		c.Features = rdsFeatures(p.features().Intersect(cfg.SupportedFeatures), prof)
	}
	if prof.RDS.Off {
		c.Reliable, c.Ports = false, nil
	}
	c.Test = cfg.RequestTestNotification && c.Features.Has(t8.FeatureNotificationTestEvent)
	c.WebSocket = cfg.WebsockNotifConfig != nil && cfg.WebsockNotifConfig.RequestWebsocketURI && c.Features.Has(t8.FeatureNotificationWebsocket)
	if c.group() {
		return p.createGroup(ctx, op, c, prof)
	}
	if err := p.authorize(ctx, op, c); err != nil {
		return nil, err
	}

	var first []*Delivery
	host := ""
	refused := p.admitFirst(ctx, op, &prof, c, cfg.DownlinkDataTransfers, now)
	_, err = p.update(ctx, c.IMSI, func(s *session) error {
		first = first[:0]
		host = servingHost(s.ue)
		if err := s.checkShare(op, c); err != nil {
			return err
		}
		s.fitRDS(c)
		if err := s.addConfig(c); err != nil {
			return err
		}
		for i := range cfg.DownlinkDataTransfers {
			d, err := s.piggyback(c, &cfg.DownlinkDataTransfers[i], prof, refused)
			if err != nil {
				return err
			}
			if !d.State.Final() {
				first = append(first, d)
			}
		}
		return nil
	})
	if err != nil {
		return nil, failed(op, err)
	}
	p.log.Info("NIDD configuration created", "scsas", string(scsas), "config", c.ID, "imsi", c.IMSI, "apn", string(c.APN))

	if c.Test {
		p.testSoon(ctx, c)
	}
	v := p.configResource(c, prof)
	for _, d := range first {
		v.DownlinkDataTransfers = append(v.DownlinkDataTransfers, *p.deliveryResource(c, d))
	}
	if len(first) > 0 {
		t8.AfterResponse(ctx, func() { p.serveSoon(host, c.IMSI, false) })
	}
	return v, nil
}

// checkConfig finds what is wrong with a configuration beyond what its syntax says.
func (p *Procedure) checkConfig(op string, cfg *t8.NIDDConfiguration, now time.Time) error {
	var bad []fault.Param
	code := fault.ParameterOutOfRange
	if cfg.ExternalGroupID != "" && len(cfg.DownlinkDataTransfers) > 0 {
		return fault.New(op, fault.OperationProhibited, "data cannot come with the configuration of a group")
	}
	if !cfg.Duration.IsZero() && !cfg.Duration.After(now) {
		bad = append(bad, fault.Param{Param: "/duration", Reason: "is in the past"})
	}
	if o := cfg.PDNEstablishmentOption; o != "" && !o.Known() {
		bad = append(bad, fault.Param{Param: "/pdnEstablishmentOption", Reason: "is not known"})
	}
	if err := p.opts.CheckDestination(cfg.NotificationDestination); err != nil {
		bad = append(bad, fault.Param{Param: "/notificationDestination", Reason: "is not allowed"})
	}
	if !checkPorts(cfg.RDSPorts) {
		bad = append(bad, fault.Param{Param: "/rdsPorts", Reason: "ports are 0 to 15"})
	}
	if len(cfg.DownlinkDataTransfers) > 1 {
		code = fault.InvalidParameter
		bad = append(bad, fault.Param{Param: "/niddDownlinkDataTransfers", Reason: "holds more than one delivery"})
	}
	for i := range cfg.DownlinkDataTransfers {
		t := &cfg.DownlinkDataTransfers[i]
		if t.ExternalID != cfg.ExternalID || t.MSISDN != cfg.MSISDN || t.ExternalGroupID != "" {
			code = fault.InvalidParameter
			bad = append(bad, fault.Param{Param: fmt.Sprintf("/niddDownlinkDataTransfers/%d", i), Reason: "names another UE than the configuration"})
		}
	}
	if bad != nil {
		return &fault.Error{Op: op, Code: code, Detail: "the configuration cannot be accepted", Params: bad}
	}
	return nil
}

// limitDuration shortens the duration of a configuration to what policy allows.
func limitDuration(d time.Time, prof policy.NIDD, now time.Time) time.Time {
	if prof.MaximumDuration == 0 {
		return d
	}
	return earliest(d, now.Add(prof.MaximumDuration))
}

// addConfig makes c a resource.
func (s *session) addConfig(c *Config) error {
	s.ue.configs = append(s.ue.configs, configRef{SCSAS: c.SCSAS, ID: c.ID, APN: c.APN, ports: c.portSet(), rds: c.expectsRDS()})
	s.changed = true
	if err := s.addIdentity(string(c.ExternalID)); err != nil {
		return err
	}
	if err := s.addIdentity(string(c.MSISDN)); err != nil {
		return err
	}
	return s.putConfig(c)
}

// piggyback makes downlink data that came with a configuration a resource. Data that cannot be accepted is reported as
// failed and does not undo the configuration.
func (s *session) piggyback(c *Config, t *t8.NIDDDownlinkDataTransfer, prof policy.NIDD, refused error) (*Delivery, error) {
	d := newDelivery(c, t, prof, s.now)
	d.ID = newID()
	d.State = Ready
	if !d.mayKeep(s.now) {
		d.Expires = s.now.Add(s.p.opts.AnswerTimeout) // it waits for the answer to the SCS/AS to leave, no longer
	}
	if refused == nil {
		refused = checkSize("", c, t.Data, prof)
	}
	if refused == nil {
		refused = checkPort("", c, t.RDSPort)
	}
	if refused == nil {
		refused = s.add(d)
	}
	var f *fault.Error
	if errors.As(refused, &f) {
		d.Stored = true // as far as the SCS/AS is told
		_, err := s.step(d, Event{Kind: Abandon})
		return d, err
	}
	return d, refused
}

// ModifyConfiguration changes a configuration after the HSS agreed (TS 29.122 §4.4.5.2.1). Members of a group that it does not
// name any more are released afterwards. It returns nil without an error where policy answers 204. Errors as CreateConfiguration, and fault.NotFound, fault.PreconditionFailed.
func (p *Procedure) ModifyConfiguration(ctx context.Context, scsas id.SCSASID, configID string, patch *t8.NIDDConfigurationPatch) (*t8.NIDDConfiguration, error) {
	const op = "nidd.ModifyConfiguration"
	if !p.begin() {
		return nil, closed(op)
	}
	defer p.wg.Done()
	prof, err := p.profile(op, scsas)
	if err != nil {
		return nil, err
	}
	for again := true; again; {
		found, _, err := p.lookup(ctx, op, scsas, configID)
		if err != nil {
			return nil, err
		}
		now, c := time.Now(), *found
		if c.group() {
			again, err = false, p.modifyGroup(ctx, op, &c, patch, prof, now)
		} else {
			again, err = p.modifyUE(ctx, op, &c, patch, prof, now)
		}
		if err != nil {
			return nil, err
		}
	}
	if prof.NoContent {
		return nil, nil
	}
	return p.Configuration(ctx, scsas, configID)
}

// modifyUE is ModifyConfiguration for a single UE; c is what was found. It changes nothing when the HSS has changed or revoked
// the grant since it was asked: which of its words is the last one, only it can tell, so again says that it is to be asked
// again.
func (p *Procedure) modifyUE(ctx context.Context, op string, c *Config, patch *t8.NIDDConfigurationPatch, prof policy.NIDD, now time.Time) (again bool, err error) {
	before := *c
	if err := p.patchConfig(op, c, patch, prof, now); err != nil {
		return false, err
	}
	if err := p.authorize(ctx, op, c); err != nil {
		return false, err
	}
	grant, hss := c.GrantedUntil, c.HSS
	_, err = p.update(ctx, c.IMSI, func(s *session) error {
		c, err := getConfig(s.tx, before.SCSAS, before.ID)
		if err != nil {
			return err
		}
		if c == nil {
			return noConfig(op)
		}
		if err := p.checkCondition(ctx, s.tx, c); err != nil {
			return err
		}
		if again = c.Status != before.Status || !c.GrantedUntil.Equal(before.GrantedUntil); again {
			return nil
		}
		if err := p.patchConfig(op, c, patch, prof, now); err != nil {
			return err
		}
		c.GrantedUntil, c.HSS, c.Status = grant, hss, Active
		if err := s.checkShare(op, c); err != nil {
			return err
		}
		s.fitRDS(c)
		return s.putConfig(c)
	})
	if err != nil {
		return false, failed(op, err)
	}
	return again, nil
}

// checkCondition compares the condition of the request with the configuration.
func (p *Procedure) checkCondition(ctx context.Context, r store.Reader, c *Config) error {
	cond := t8.Precondition(ctx)
	if cond.IsZero() {
		return nil
	}
	prof, _ := p.Profiles.NIDD(c.SCSAS)
	v, err := p.viewConfig(r, c, prof)
	if err != nil {
		return err
	}
	return cond.Check(v)
}

// patchConfig applies a patch to c, or returns what is wrong with it.
func (p *Procedure) patchConfig(op string, c *Config, patch *t8.NIDDConfigurationPatch, prof policy.NIDD, now time.Time) error {
	v := p.configResource(c, prof)
	v.Duration, v.ReliableDataService = c.Duration, c.Reliable
	if err := patch.Apply(v); err != nil {
		return err
	}
	if patch.Duration.IsZero() {
		v.Duration = time.Time{} // the old one, which may just be passing, is not checked again
	}
	if err := p.checkConfig(op, v, now); err != nil {
		return err
	}
	if !patch.Duration.IsZero() {
		c.Duration = limitDuration(v.Duration, prof, now)
	}
	c.Reliable, c.Ports, c.Option = v.ReliableDataService, v.RDSPorts, v.PDNEstablishmentOption
	c.Destination = v.NotificationDestination
	if prof.RDS.Off {
		c.Reliable, c.Ports = false, nil
	}
	return nil
}

// DeleteConfiguration ends a configuration: its pending deliveries are dropped and the PDN connection of the UE is
// released (TS 29.122 §4.4.5.2.1), in a group for each member. It returns when the end is durable; the release follows. Errors: fault.NotFound,
// fault.PreconditionFailed.
func (p *Procedure) DeleteConfiguration(ctx context.Context, scsas id.SCSASID, configID string) error {
	const op = "nidd.DeleteConfiguration"
	if !p.begin() {
		return closed(op)
	}
	defer p.wg.Done()
	if _, err := p.profile(op, scsas); err != nil {
		return err
	}
	c, u, err := p.lookup(ctx, op, scsas, configID)
	if err != nil {
		return err
	}
	if c.group() {
		return p.deleteGroup(ctx, op, c.groupRef())
	}
	wake, err := p.update(ctx, c.IMSI, func(s *session) error {
		c, err := getConfig(s.tx, scsas, configID)
		if err != nil {
			return err
		}
		if c == nil {
			return noConfig(op)
		}
		if err := p.checkCondition(ctx, s.tx, c); err != nil {
			return err
		}
		return s.stepConfig(c, Deleted)
	})
	if err != nil {
		return failed(op, err)
	}
	p.log.Info("NIDD configuration deleted", "scsas", string(scsas), "config", configID, "imsi", c.IMSI)
	if wake {
		t8.AfterResponse(ctx, func() { p.serveSoon(servingHost(u), u.IMSI, false) })
	}
	return nil
}

// failed leaves a *fault.Error as it is and makes one of anything else. What the store cannot do now, or perhaps did, is
// fault.Unavailable, and so is what Close interrupted.
func failed(op string, err error) error {
	var f *fault.Error
	switch {
	case errors.As(err, &f):
		return f
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, store.ErrOutcomeUnknown), errors.Is(err, store.ErrClosed),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fault.Wrap(op, fault.Unavailable, err)
	}
	return fault.Wrap(op, fault.Internal, err)
}

func closed(op string) error { return fault.New(op, fault.Unavailable, "the SCEF is shutting down") }
