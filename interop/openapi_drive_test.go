package interop

import (
	"context"
	"encoding/json"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/internal/t8test"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/t8"
)

// driver is what a function that drives an API works with.
type driver struct {
	t       *testing.T
	root    string // of the proxy
	client  *t8.Client
	sampler t8test.Sampler
}

// sample returns a body that is made from the document of the API.
func sample[T any](d *driver) *T {
	d.t.Helper()
	v := new(T)
	b, err := d.sampler.Named(reflect.TypeFor[T]().Name())
	require.NoError(d.t, err)
	require.NoError(d.t, json.Unmarshal(b, v), "%s", b)
	return v
}

// ok returns a value when there is no error.
func ok[T any](d *driver) func(v T, err error) T {
	return func(v T, err error) T {
		d.t.Helper()
		require.NoError(d.t, err)
		return v
	}
}

const as = t8test.SCSAS

// collection is the usual set of operations; those that an API does not have are nil. P is the PATCH body.
type collection[T, P any] struct {
	list    func(ctx context.Context, s id.SCSASID) ([]T, error)
	create  func(ctx context.Context, s id.SCSASID, v *T) (*T, error)
	get     func(ctx context.Context, s id.SCSASID, uri string) (*T, error)
	replace func(ctx context.Context, s id.SCSASID, uri string, v *T) (*T, error)
	modify  func(ctx context.Context, s id.SCSASID, uri string, p *P) (*T, error)
	remove  func(ctx context.Context, s id.SCSASID, uri string) error
}

// begin creates a resource and does everything to it but removing it; it returns its URI.
func (c collection[T, P]) begin(d *driver, adjust ...func(*P)) string {
	d.t.Helper()
	ctx := d.t.Context()
	made := ok[*T](d)(c.create(ctx, as, sample[T](d)))
	uri := reflect.ValueOf(made).Elem().FieldByName("Self").String()
	require.NotEmpty(d.t, uri)
	require.NotEmpty(d.t, ok[[]T](d)(c.list(ctx, as)))
	ok[*T](d)(c.get(ctx, as, uri))
	if c.replace != nil {
		ok[*T](d)(c.replace(ctx, as, uri, sample[T](d)))
	}
	if c.modify != nil {
		p := sample[P](d)
		for _, f := range adjust {
			f(p)
		}
		ok[*T](d)(c.modify(ctx, as, uri, p))
	}
	return uri
}

// end removes the resource and looks for it in vain.
func (c collection[T, P]) end(d *driver, uri string) {
	d.t.Helper()
	require.NoError(d.t, c.remove(d.t.Context(), as, uri))
	_, err := c.get(d.t.Context(), as, uri)
	require.ErrorIs(d.t, err, fault.NotFound)
}

func (c collection[T, P]) all(d *driver, adjust ...func(*P)) {
	d.t.Helper()
	c.end(d, c.begin(d, adjust...))
}

// without is a removal whose last report nobody reads.
func without[R any](f func(ctx context.Context, s id.SCSASID, uri string) (R, error)) func(ctx context.Context, s id.SCSASID, uri string) error {
	return func(ctx context.Context, s id.SCSASID, uri string) error {
		_, err := f(ctx, s, uri)
		return err
	}
}

// filtered is a retrieval without and with a filter, which the stand-ins do not heed.
func filtered[F, T any](f func(ctx context.Context, s id.SCSASID, filter F) ([]T, error), filter F) func(ctx context.Context, s id.SCSASID) ([]T, error) {
	return func(ctx context.Context, s id.SCSASID) ([]T, error) {
		var none F
		if _, err := f(ctx, s, none); err != nil {
			return nil, err
		}
		return f(ctx, s, filter)
	}
}

var someUEs = t8.UEFilter{
	IPAddrs: []t8.IPAddr{{IPv4Addr: "198.51.100.7"}, {IPv6Addr: "2001:db8::7"}}, IPDomain: "east & west",
	MACAddrs: []string{"00-11-22-aa-bb-cc", "00-11-22-aa-bb-cd"},
}

// below are the operations on resources of one type below the resource with the URI parent.
func below[T, P any](
	parent string,
	list func(context.Context, id.SCSASID, string) ([]T, error),
	create func(context.Context, id.SCSASID, string, *T) (*T, error),
	get func(context.Context, id.SCSASID, string, string) (*T, error),
	replace func(context.Context, id.SCSASID, string, string, *T) (*T, error),
	modify func(context.Context, id.SCSASID, string, string, *P) (*T, error),
	remove func(context.Context, id.SCSASID, string, string) error,
) collection[T, P] {
	return collection[T, P]{
		list:   func(ctx context.Context, s id.SCSASID) ([]T, error) { return list(ctx, s, parent) },
		create: func(ctx context.Context, s id.SCSASID, v *T) (*T, error) { return create(ctx, s, parent, v) },
		get:    func(ctx context.Context, s id.SCSASID, uri string) (*T, error) { return get(ctx, s, parent, uri) },
		replace: func(ctx context.Context, s id.SCSASID, uri string, v *T) (*T, error) {
			return replace(ctx, s, parent, uri, v)
		},
		modify: func(ctx context.Context, s id.SCSASID, uri string, p *P) (*T, error) {
			return modify(ctx, s, parent, uri, p)
		},
		remove: func(ctx context.Context, s id.SCSASID, uri string) error { return remove(ctx, s, parent, uri) },
	}
}

func driveNIDD(d *driver) {
	t, ctx, api := d.t, d.t.Context(), d.client.NIDD()
	configs := collection[t8.NIDDConfiguration, t8.NIDDConfigurationPatch]{
		list: api.Configurations, get: api.Configuration, modify: api.ModifyConfiguration, remove: api.DeleteConfiguration,
		create: func(ctx context.Context, s id.SCSASID, v *t8.NIDDConfiguration) (*t8.NIDDConfiguration, error) {
			v.DownlinkDataTransfers = nil // the client sends none with the configuration of a group
			return api.CreateConfiguration(ctx, s, v)
		},
	}
	cfg := configs.begin(d)
	ok[*t8.NIDDConfiguration](d)(api.ModifyConfiguration(ctx, as, cfg, &t8.NIDDConfigurationPatch{Duration: t8.Null[time.Time]()})) // 3GPP lets few members be null

	below(cfg, api.Deliveries, api.CreateDelivery, api.Delivery, api.ReplaceDelivery, api.ModifyDelivery, api.CancelDelivery).all(d)

	pair := t8.PortID(t8.RDSPort{PortUE: 3, PortSCEF: 15})
	ok[*t8.ManagePort](d)(api.ReservePort(ctx, as, cfg, pair, sample[t8.ManagePort](d)))
	require.Len(t, ok[[]t8.ManagePort](d)(api.Ports(ctx, as, cfg)), 1)
	ok[*t8.ManagePort](d)(api.Port(ctx, as, cfg, pair))
	require.True(t, ok[bool](d)(api.ReleasePort(ctx, as, cfg, pair)))
	configs.end(d, cfg)
}

func driveMonitoring(d *driver) {
	api := d.client.MonitoringEvent()
	collection[t8.MonitoringEventSubscription, t8.JSONPatch]{
		list: filtered(api.Subscriptions, someUEs), get: api.Subscription, replace: api.ReplaceSubscription, remove: without(api.DeleteSubscription),
		create: func(ctx context.Context, s id.SCSASID, v *t8.MonitoringEventSubscription) (*t8.MonitoringEventSubscription, error) {
			v, _, err := api.CreateSubscription(ctx, s, v)
			if err == nil {
				err = api.ModifySubscription(ctx, s, v.Self, t8.JSONPatch{t8.PatchReplace("/notificationDestination", "https://as.example.com/other")})
			}
			return v, err
		},
	}.all(d)
}

func driveTriggering(d *driver) {
	api := d.client.DeviceTriggering()
	collection[t8.DeviceTrigger, t8.DeviceTriggerPatch]{
		api.Triggers, api.CreateTrigger, api.Trigger, api.ReplaceTrigger, api.ModifyTrigger, without(api.RecallTrigger),
	}.all(d)
}

func driveBDT(d *driver) {
	api := d.client.BDT()
	collection[t8.BDTSubscription, t8.BDTSubscriptionPatch]{
		api.Subscriptions, api.CreateSubscription, api.Subscription, api.ReplaceSubscription, api.ModifySubscription, api.DeleteSubscription,
	}.all(d)
}

func driveQoS(d *driver) {
	api := d.client.ASSessionWithQoS()
	collection[t8.ASSessionWithQoSSubscription, t8.ASSessionWithQoSSubscriptionPatch]{
		filtered(api.Subscriptions, someUEs), api.CreateSubscription, api.Subscription, api.ReplaceSubscription, api.ModifySubscription, without(api.DeleteSubscription),
	}.all(d, func(p *t8.ASSessionWithQoSSubscriptionPatch) {
		reflect.ValueOf(p).Elem().FieldByName("MultiModDatFlows").SetZero() // need not fit what is there
	})
}

func driveChargeable(d *driver) {
	api := d.client.ChargeableParty()
	collection[t8.ChargeablePartyTransaction, t8.ChargeablePartyTransactionPatch]{
		filtered(api.Transactions, someUEs), api.CreateTransaction, api.Transaction, nil, api.ModifyTransaction, without(api.DeleteTransaction),
	}.all(d)
}

func driveCP(d *driver) {
	ctx, api := d.t.Context(), d.client.CPProvisioning()
	subs := collection[t8.CPInfo, struct{}]{
		api.Subscriptions, api.CreateSubscription, api.Subscription, api.ReplaceSubscription, nil, api.DeleteSubscription,
	}
	uri := subs.begin(d)
	ok[*t8.CPParameterSet](d)(api.ParameterSet(ctx, as, uri, "text"))
	ok[*t8.CPParameterSet](d)(api.ReplaceParameterSet(ctx, as, uri, "text", sample[t8.CPParameterSet](d)))
	require.NoError(d.t, api.DeleteParameterSet(ctx, as, uri, "text"))
	subs.end(d, uri)
}

func driveStatus(d *driver) {
	api := d.client.NetworkStatus()
	collection[t8.NetworkStatusSubscription, t8.NetworkStatusSubscriptionPatch]{
		api.Subscriptions, api.CreateSubscription, api.Subscription, api.ReplaceSubscription, api.ModifySubscription, api.DeleteSubscription,
	}.all(d)
}

func driveNP(d *driver) {
	api := d.client.NPConfiguration()
	collection[t8.NetworkParameters, t8.NetworkParametersPatch]{
		api.Configurations, api.CreateConfiguration, api.Configuration, api.ReplaceConfiguration, api.ModifyConfiguration, without(api.DeleteConfiguration),
	}.all(d)
}

func drivePFD(d *driver) {
	ctx, api := d.t.Context(), d.client.PFDManagement()
	transactions := collection[t8.PFDTransaction, t8.PFDTransactionPatch]{
		filtered(api.Transactions, t8.PFDFilter{ExternalAppIDs: []string{"one, two", "three"}}), api.CreateTransaction, api.Transaction, api.ReplaceTransaction, api.ModifyTransaction, api.DeleteTransaction,
	}
	uri := transactions.begin(d)
	ok[*t8.PFDData](d)(api.Application(ctx, as, uri, "text"))
	ok[*t8.PFDData](d)(api.ReplaceApplication(ctx, as, uri, "text", sample[t8.PFDData](d)))
	patch := sample[t8.PFDDataPatch](d)
	b, err := json.Marshal(sample[t8.PFDData](d)) // for 3GPP the body is a PfdData, whose required members come along
	require.NoError(d.t, err)
	require.NoError(d.t, json.Unmarshal(b, patch))
	ok[*t8.PFDData](d)(api.ModifyApplication(ctx, as, uri, "text", patch))
	require.NoError(d.t, api.DeleteApplication(ctx, as, uri, "text"))
	transactions.end(d, uri)
}

func driveECR(d *driver) {
	ctx, api := d.t.Context(), d.client.ECRControl()
	ok[*t8.ECRData](d)(api.Configure(ctx, as, &t8.ECRRequest{
		SupportedFeatures: "0", MSISDN: "999770000001", RestrictedPLMNIDs: sample[t8.ECRRequest](d).RestrictedPLMNIDs, AllowedPLMNIDs: allowed(d),
	}))
	ok[*t8.ECRData](d)(api.Query(ctx, as, &t8.ECRRequest{SupportedFeatures: "0", ExternalID: "ue1@example.com"}))
}

// allowed are networks when none are restricted.
func allowed(d *driver) []t8.PLMNID {
	if sample[t8.ECRRequest](d).RestrictedPLMNIDs != nil {
		return nil
	}
	return []t8.PLMNID{*sample[t8.PLMNID](d)}
}

func driveMB2(d *driver) {
	api := d.client.GMDViaMBMSByMB2()
	tmgis := collection[t8.TMGIAllocation, t8.TMGIAllocationPatch]{
		api.TMGIAllocations, api.CreateTMGIAllocation, api.TMGIAllocation, api.ReplaceTMGIAllocation, api.ModifyTMGIAllocation, api.DeleteTMGIAllocation,
	}
	uri := tmgis.begin(d)
	below(uri, api.Deliveries, api.CreateDelivery, api.Delivery, api.ReplaceDelivery, api.ModifyDelivery, api.DeleteDelivery).all(d)
	tmgis.end(d, uri)
}

func driveXMB(d *driver) {
	api := d.client.GMDViaMBMSByXMB()
	services := collection[t8.XMBService, struct{}]{
		api.Services, api.CreateService, api.Service, nil, nil, api.DeleteService,
	}
	uri := services.begin(d)
	below(uri, api.Deliveries, api.CreateDelivery, api.Delivery, api.ReplaceDelivery, api.ModifyDelivery, api.DeleteDelivery).all(d)
	services.end(d, uri)
}

func driveRACS(d *driver) {
	api := d.client.RACSParameterProvisioning()
	collection[t8.RACSProvisioningData, t8.RACSProvisioningDataPatch]{
		api.Provisionings, api.CreateProvisioning, api.Provisioning, api.ReplaceProvisioning, api.ModifyProvisioning, api.DeleteProvisioning,
	}.all(d)
}

// driveMOSMS is the other way round: the SCEF is the client, and the stand-in an SCS/AS.
func driveMOSMS(d *driver) {
	n := t8.NewNotifier(&t8.NotifierOptions{Destinations: policy.PublicDestinations{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}})
	defer n.Close()
	_, err := n.DeliverMOSMS(d.t.Context(), d.root+"/3gpp-msisdn-less-mo-sms/v1/", sample[t8.MSISDNLessMOSMSNotification](d))
	require.NoError(d.t, err)
}
