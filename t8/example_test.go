package t8_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http/httptest"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/t8"
)

// echoNIDD is a procedure that delivers everything at once. It embeds the interface and has only what it needs.
type echoNIDD struct {
	t8.NIDD
	apiRoot string
}

func (e *echoNIDD) CreateConfiguration(_ context.Context, scsas id.SCSASID, cfg *t8.NIDDConfiguration) (*t8.NIDDConfiguration, error) {
	c := *cfg
	c.Self = t8.NIDDConfigurationURI(e.apiRoot, scsas, "1")
	c.SupportedFeatures = "" // none
	c.MaximumPacketSize = 8 * 100
	return &c, nil
}

func (e *echoNIDD) CreateDelivery(_ context.Context, _ id.SCSASID, _ string, d *t8.NIDDDownlinkDataTransfer) (*t8.NIDDDownlinkDataTransfer, error) {
	if len(d.Data) > 100 {
		return nil, fault.New("echo", fault.DataTooLarge, "at most 100 octets")
	}
	r := *d
	r.DeliveryStatus = t8.DeliverySuccessNextHopAcknowledged
	return &r, nil
}

// An SCEF that serves the NIDD API, and an application server that uses it.
func Example() {
	auth, err := policy.NewStatic(policy.StaticConfig{SCSAS: []policy.StaticSCSAS{{ID: "meters", Tokens: []string{"a-secret-of-the-meters"}}}})
	if err != nil {
		log.Fatal(err)
	}
	procedure := &echoNIDD{}
	handler, err := t8.NewHandler(auth, &t8.HandlerOptions{Authorizer: auth}, t8.NIDDAPI(procedure))
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(handler) // in earnest: t8.NewServer and TLS
	defer server.Close()
	procedure.apiRoot = server.URL

	client, err := t8.NewClient(server.URL, &t8.ClientOptions{Token: func(context.Context) (string, error) { return "a-secret-of-the-meters", nil }})
	if err != nil {
		log.Fatal(err)
	}
	ctx, nidd := context.Background(), client.NIDD()
	cfg, err := nidd.CreateConfiguration(ctx, "meters", &t8.NIDDConfiguration{
		ExternalID: "meter-1@example.com", NotificationDestination: "https://as.example.com/notify",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(cfg.MaximumPacketSize, "bits")

	sent, err := nidd.CreateDelivery(ctx, "meters", cfg.Self, &t8.NIDDDownlinkDataTransfer{ExternalID: "meter-1@example.com", Data: []byte("read")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sent.DeliveryStatus)

	_, err = nidd.CreateDelivery(ctx, "meters", cfg.Self, &t8.NIDDDownlinkDataTransfer{ExternalID: "meter-1@example.com", Data: make([]byte, 101)})
	fmt.Println(errors.Is(err, fault.DataTooLarge))
	// Output:
	// 800 bits
	// SUCCESS_NEXT_HOP_ACKNOWLEDGED
	// true
}

// meters is an application server that wants uplink data only.
type meters struct{ t8.NIDDNotificationsBase }

func (meters) UplinkData(_ context.Context, n *t8.NIDDUplinkDataNotification) error {
	fmt.Printf("%s: %s\n", n.ExternalID, n.Data)
	return nil
}

// An application server that receives notifications.
func ExampleNewCallback() {
	as := httptest.NewServer(t8.NewCallback(meters{}, nil))
	defer as.Close()

	// What the SCEF does; policy must allow the address.
	allow, err := policy.NewStatic(policy.StaticConfig{Destinations: loopback})
	if err != nil {
		log.Fatal(err)
	}
	notifier := t8.NewNotifier(&t8.NotifierOptions{Destinations: allow})
	defer notifier.Close()
	err = notifier.Notify(context.Background(), as.URL+"/notify", &t8.NIDDUplinkDataNotification{
		NIDDConfiguration: "https://scef.example.com/3gpp-nidd/v1/meters/configurations/1", ExternalID: "meter-1@example.com", Data: []byte("42 kWh"),
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output: m***@example.com: 42 kWh
}

// A procedure called in process checks what it is given; a Handler does that before.
func ExampleCheck() {
	err := t8.Check(&t8.NIDDDownlinkDataTransfer{ExternalID: "meter-1@example.com", MSISDN: "491700000001"})
	for _, p := range fault.As(err).Params {
		fmt.Println(p.Param, p.Reason)
	}
	// Output:
	// /data is missing
	// /externalId only one of externalId, externalGroupId, msisdn may be given
	// /msisdn only one of externalId, externalGroupId, msisdn may be given
}

func ExampleFeatures() {
	offered := t8.Features("3FF") // what the SCS/AS wrote
	supported := t8.FeatureSet(t8.FeatureMTNIDDModificationCancellation, t8.FeaturePatchUpdate)
	both := offered.Intersect(supported)
	fmt.Println(both, both.Has(t8.FeaturePatchUpdate), both.Has(t8.FeatureRDSDynamicPort))
	// Output: 108 true false
}
