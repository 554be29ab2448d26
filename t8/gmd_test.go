package t8_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/t8"
)

// fakeMB2 is a procedure for group messages over MB2.
type fakeMB2 struct{ *fake }

var _ t8.GMDViaMBMSByMB2 = fakeMB2{}

func (f fakeMB2) TMGIAllocations(ctx context.Context, s id.SCSASID) ([]t8.TMGIAllocation, error) {
	return do[[]t8.TMGIAllocation](ctx, f.fake, "TMGIAllocations", nil, s)
}

func (f fakeMB2) CreateTMGIAllocation(ctx context.Context, s id.SCSASID, b *t8.TMGIAllocation) (*t8.TMGIAllocation, error) {
	return do[*t8.TMGIAllocation](ctx, f.fake, "CreateTMGIAllocation", b, s)
}

func (f fakeMB2) TMGIAllocation(ctx context.Context, s id.SCSASID, c string) (*t8.TMGIAllocation, error) {
	return do[*t8.TMGIAllocation](ctx, f.fake, "TMGIAllocation", nil, s, c)
}

func (f fakeMB2) ReplaceTMGIAllocation(ctx context.Context, s id.SCSASID, c string, b *t8.TMGIAllocation) (*t8.TMGIAllocation, error) {
	return do[*t8.TMGIAllocation](ctx, f.fake, "ReplaceTMGIAllocation", b, s, c)
}

func (f fakeMB2) ModifyTMGIAllocation(ctx context.Context, s id.SCSASID, c string, b *t8.TMGIAllocationPatch) (*t8.TMGIAllocation, error) {
	return do[*t8.TMGIAllocation](ctx, f.fake, "ModifyTMGIAllocation", b, s, c)
}

func (f fakeMB2) DeleteTMGIAllocation(ctx context.Context, s id.SCSASID, c string) error {
	_, err := do[any](ctx, f.fake, "DeleteTMGIAllocation", nil, s, c)
	return err
}

func (f fakeMB2) Deliveries(ctx context.Context, s id.SCSASID, c string) ([]t8.GMDMB2Delivery, error) {
	return do[[]t8.GMDMB2Delivery](ctx, f.fake, "Deliveries", nil, s, c)
}

func (f fakeMB2) CreateDelivery(ctx context.Context, s id.SCSASID, c string, b *t8.GMDMB2Delivery) (*t8.GMDMB2Delivery, error) {
	return do[*t8.GMDMB2Delivery](ctx, f.fake, "CreateDelivery", b, s, c)
}

func (f fakeMB2) Delivery(ctx context.Context, s id.SCSASID, c, d string) (*t8.GMDMB2Delivery, error) {
	return do[*t8.GMDMB2Delivery](ctx, f.fake, "Delivery", nil, s, c, d)
}

func (f fakeMB2) ReplaceDelivery(ctx context.Context, s id.SCSASID, c, d string, b *t8.GMDMB2Delivery) (*t8.GMDMB2Delivery, error) {
	return do[*t8.GMDMB2Delivery](ctx, f.fake, "ReplaceDelivery", b, s, c, d)
}

func (f fakeMB2) ModifyDelivery(ctx context.Context, s id.SCSASID, c, d string, b *t8.GMDMB2DeliveryPatch) (*t8.GMDMB2Delivery, error) {
	return do[*t8.GMDMB2Delivery](ctx, f.fake, "ModifyDelivery", b, s, c, d)
}

func (f fakeMB2) DeleteDelivery(ctx context.Context, s id.SCSASID, c, d string) error {
	_, err := do[any](ctx, f.fake, "DeleteDelivery", nil, s, c, d)
	return err
}

// fakeXMB is a procedure for group messages over xMB.
type fakeXMB struct{ *fake }

var _ t8.GMDViaMBMSByXMB = fakeXMB{}

func (f fakeXMB) Services(ctx context.Context, s id.SCSASID) ([]t8.XMBService, error) {
	return do[[]t8.XMBService](ctx, f.fake, "Services", nil, s)
}

func (f fakeXMB) CreateService(ctx context.Context, s id.SCSASID, b *t8.XMBService) (*t8.XMBService, error) {
	return do[*t8.XMBService](ctx, f.fake, "CreateService", b, s)
}

func (f fakeXMB) Service(ctx context.Context, s id.SCSASID, c string) (*t8.XMBService, error) {
	return do[*t8.XMBService](ctx, f.fake, "Service", nil, s, c)
}

func (f fakeXMB) DeleteService(ctx context.Context, s id.SCSASID, c string) error {
	_, err := do[any](ctx, f.fake, "DeleteService", nil, s, c)
	return err
}

func (f fakeXMB) Deliveries(ctx context.Context, s id.SCSASID, c string) ([]t8.GMDXMBDelivery, error) {
	return do[[]t8.GMDXMBDelivery](ctx, f.fake, "Deliveries", nil, s, c)
}

func (f fakeXMB) CreateDelivery(ctx context.Context, s id.SCSASID, c string, b *t8.GMDXMBDelivery) (*t8.GMDXMBDelivery, error) {
	return do[*t8.GMDXMBDelivery](ctx, f.fake, "CreateDelivery", b, s, c)
}

func (f fakeXMB) Delivery(ctx context.Context, s id.SCSASID, c, d string) (*t8.GMDXMBDelivery, error) {
	return do[*t8.GMDXMBDelivery](ctx, f.fake, "Delivery", nil, s, c, d)
}

func (f fakeXMB) ReplaceDelivery(ctx context.Context, s id.SCSASID, c, d string, b *t8.GMDXMBDelivery) (*t8.GMDXMBDelivery, error) {
	return do[*t8.GMDXMBDelivery](ctx, f.fake, "ReplaceDelivery", b, s, c, d)
}

func (f fakeXMB) ModifyDelivery(ctx context.Context, s id.SCSASID, c, d string, b *t8.GMDXMBDeliveryPatch) (*t8.GMDXMBDelivery, error) {
	return do[*t8.GMDXMBDelivery](ctx, f.fake, "ModifyDelivery", b, s, c, d)
}

func (f fakeXMB) DeleteDelivery(ctx context.Context, s id.SCSASID, c, d string) error {
	_, err := do[any](ctx, f.fake, "DeleteDelivery", nil, s, c, d)
	return err
}

func mb2Of(f *fake) t8.API { return t8.GMDViaMBMSByMB2API(fakeMB2{f}) }
func xmbOf(f *fake) t8.API { return t8.GMDViaMBMSByXMBAPI(fakeXMB{f}) }

var newYear = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)

func TestGMDViaMBMSByMB2(t *testing.T) {
	covers(t, "T8-4.4.7.2.2.1-01", "T8-4.4.7.2.2.1-02", "T8-4.4.7.2.2.1-03", "T8-4.4.7.2.2.1-10", "T8-4.4.7.2.2.1-15", "T8-4.4.7.2.2.1-16",
		"T8-4.4.7.2.2.1-20", "T8-4.4.7.2.2.1-22", "T8-4.4.7.2.2.1-23", "T8-4.4.7.2.2.2-01", "T8-4.4.7.2.2.2-05",
		"T8-4.4.7.2.2.3-01", "T8-4.4.7.2.2.3-02", "T8-4.4.7.2.2.3-03", "T8-4.4.7.2.2.3-04", "T8-4.4.7.2.2.3-05", "T8-4.4.7.2.2.3-06",
		"T8-4.4.7.2.2.3-19", "T8-4.4.7.2.2.4-01", "T8-4.4.7.2.2.4-02", "T8-4.4.7.2.2.4-14", "T8-4.4.7.2.2.4-17", "T8-4.4.7.2.2.5-01", "T8-4.4.7.2.2.5-04")
	area := &t8.MBMSLocationArea{CellIDs: []string{"c1"}, ENodeBIDs: []string{"e1"}, MBMSServiceAreaIDs: []string{"1"}}
	wish := &t8.TMGIAllocation{ExternalGroupID: "g@example.com", MBMSLocArea: area, SupportedFeatures: "1"}
	kept := *wish
	kept.Self, kept.TMGIExpiration = "https://scef.example.com/a/1", newYear
	changeA := &t8.TMGIAllocationPatch{MBMSLocArea: t8.Set(t8.MBMSLocationAreaPatch{CellIDs: t8.Null[[]string]()})}
	order := &t8.GMDMB2Delivery{
		NotificationDestination: "https://as.example.com/n", ExternalGroupID: "g@example.com", MBMSLocArea: area,
		MessageDeliveryStartTime: newYear, GroupMessagePayload: []byte("hi"),
	}
	going := *order
	going.Self, going.SCEFMessageDeliveryIPv4, going.SCEFMessageDeliveryPort = "https://scef.example.com/d/1", "192.0.2.1", 4000
	changeD := &t8.GMDMB2DeliveryPatch{MessageDeliveryStartTime: t8.Set(newYear), GroupMessagePayload: t8.Set([]byte("ho"))}
	const at = "/3gpp-group-message-delivery-mb2/v1/as-a/tmgi-allocation"
	const below = at + "/00a1/delivery-via-mbms"
	api := func(c *t8.Client) t8.GMDViaMBMSByMB2 { return c.GMDViaMBMSByMB2() }
	travel(t, mb2Of, []trip{
		{
			name: "no allocation", line: "GET " + at + " OK application/json",
			called: "TMGIAllocations as-a", want: []t8.TMGIAllocation{},
			call: func(ctx context.Context, c *t8.Client) (any, error) { return api(c).TMGIAllocations(ctx, asA) },
		},
		{
			name: "one allocation", line: "GET " + at + " OK application/json",
			called: "TMGIAllocations as-a", answer: []t8.TMGIAllocation{kept},
			call: func(ctx context.Context, c *t8.Client) (any, error) { return api(c).TMGIAllocations(ctx, asA) },
		},
		{
			name: "two allocations", line: "GET " + at + " OK application/json",
			called: "TMGIAllocations as-a", answer: []t8.TMGIAllocation{kept, kept},
			call: func(ctx context.Context, c *t8.Client) (any, error) { return api(c).TMGIAllocations(ctx, asA) },
		},
		{
			name: "allocate", line: "POST " + at + " application/json Created application/json",
			called: "CreateTMGIAllocation as-a", given: wish, answer: &kept, location: kept.Self,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return api(c).CreateTMGIAllocation(ctx, asA, wish)
			},
		},
		{
			name: "allocation", line: "GET " + at + "/00a1 OK application/json",
			called: "TMGIAllocation as-a 00a1", answer: &kept,
			call: func(ctx context.Context, c *t8.Client) (any, error) { return api(c).TMGIAllocation(ctx, asA, "00a1") },
		},
		{
			name: "renew", line: "PUT " + at + "/00a1 application/json OK application/json",
			called: "ReplaceTMGIAllocation as-a 00a1", given: wish, answer: &kept,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return api(c).ReplaceTMGIAllocation(ctx, asA, "00a1", wish)
			},
		},
		{
			name: "change", line: "PATCH " + at + "/00a1 application/merge-patch+json OK application/json",
			called: "ModifyTMGIAllocation as-a 00a1", given: changeA, answer: &kept,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return api(c).ModifyTMGIAllocation(ctx, asA, "00a1", changeA)
			},
		},
		{
			name: "change silently", line: "PATCH " + at + "/00a1 application/merge-patch+json No Content",
			called: "ModifyTMGIAllocation as-a 00a1", given: changeA,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return api(c).ModifyTMGIAllocation(ctx, asA, "00a1", changeA)
			},
		},
		{
			name: "give back", line: "DELETE " + at + "/00a1 No Content",
			called: "DeleteTMGIAllocation as-a 00a1",
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return nothing(api(c).DeleteTMGIAllocation(ctx, asA, "00a1"))
			},
		},
		{
			name: "one delivery", line: "GET " + below + " OK application/json",
			called: "Deliveries as-a 00a1", answer: []t8.GMDMB2Delivery{going},
			call: func(ctx context.Context, c *t8.Client) (any, error) { return api(c).Deliveries(ctx, asA, "00a1") },
		},
		{
			name: "deliver", line: "POST " + below + " application/json Created application/json",
			called: "CreateDelivery as-a 00a1", given: order, answer: &going, location: going.Self,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return api(c).CreateDelivery(ctx, asA, "00a1", order)
			},
		},
		{
			name: "delivery", line: "GET " + below + "/1 OK application/json",
			called: "Delivery as-a 00a1 1", answer: &going,
			call: func(ctx context.Context, c *t8.Client) (any, error) { return api(c).Delivery(ctx, asA, "00a1", "1") },
		},
		{
			name: "replace delivery", line: "PUT " + below + "/1 application/json No Content",
			called: "ReplaceDelivery as-a 00a1 1", given: order,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return api(c).ReplaceDelivery(ctx, asA, "00a1", "1", order)
			},
		},
		{
			name: "change delivery", line: "PATCH " + below + "/1 application/merge-patch+json OK application/json",
			called: "ModifyDelivery as-a 00a1 1", given: changeD, answer: &going,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return api(c).ModifyDelivery(ctx, asA, "00a1", "1", changeD)
			},
		},
		{
			name: "end delivery", line: "DELETE " + below + "/1 No Content",
			called: "DeleteDelivery as-a 00a1 1",
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return nothing(api(c).DeleteDelivery(ctx, asA, "00a1", "1"))
			},
		},
	})
}

func TestGMDViaMBMSByXMB(t *testing.T) {
	covers(t, "T8-4.4.7.2.3.1-01", "T8-4.4.7.2.3.1-02", "T8-4.4.7.2.3.1-09", "T8-4.4.7.2.3.1-11", "T8-4.4.7.2.3.2-01", "T8-4.4.7.2.3.2-05",
		"T8-4.4.7.2.3.3-01", "T8-4.4.7.2.3.3-03", "T8-4.4.7.2.3.3-04", "T8-4.4.7.2.3.3-05", "T8-4.4.7.2.3.3-06", "T8-4.4.7.2.3.3-07",
		"T8-4.4.7.2.3.3-21", "T8-4.4.7.2.3.4-01", "T8-4.4.7.2.3.4-02", "T8-4.4.7.2.3.4-17", "T8-4.4.7.2.3.4-18", "T8-4.4.7.2.3.5-01", "T8-4.4.7.2.3.5-04")
	wish := &t8.XMBService{ExternalGroupID: "g@example.com"}
	kept := &t8.XMBService{
		Self: "https://scef.example.com/s/1", ExternalGroupID: "g@example.com", UserServiceID: "u", ServiceClass: "c",
		ServiceLanguages: []string{"de"}, ServiceNames: []string{"n"}, ReceiveOnlyMode: true, ServiceAnnouncementMode: t8.AnnouncedBySACH,
	}
	order := &t8.GMDXMBDelivery{
		NotificationDestination: "https://as.example.com/n", MBMSLocArea: &t8.MBMSLocationArea{CellIDs: []string{"c1"}},
		MessageDeliveryStartTime: newYear, MessageDeliveryStopTime: newYear.Add(time.Hour), GroupMessagePayload: []byte("hi"),
	}
	going := *order
	going.Self, going.SCEFMessageDeliveryIPv6, going.SCEFMessageDeliveryPort = "https://scef.example.com/d/1", "2001:db8::1", 4000
	change := &t8.GMDXMBDeliveryPatch{MessageDeliveryStopTime: t8.Set(newYear), NotificationDestination: t8.Set("https://b.example.com/")}
	const at = "/3gpp-group-message-delivery-xmb/v1/as-a/services"
	const below = at + "/s1/delivery-via-mbms"
	api := func(c *t8.Client) t8.GMDViaMBMSByXMB { return c.GMDViaMBMSByXMB() }
	travel(t, xmbOf, []trip{
		{
			name: "services", line: "GET " + at + " OK application/json",
			called: "Services as-a", answer: []t8.XMBService{*kept},
			call: func(ctx context.Context, c *t8.Client) (any, error) { return api(c).Services(ctx, asA) },
		},
		{
			name: "create service", line: "POST " + at + " application/json Created application/json",
			called: "CreateService as-a", given: wish, answer: kept, location: kept.Self,
			call: func(ctx context.Context, c *t8.Client) (any, error) { return api(c).CreateService(ctx, asA, wish) },
		},
		{
			name: "service", line: "GET " + at + "/s1 OK application/json",
			called: "Service as-a s1", answer: kept,
			call: func(ctx context.Context, c *t8.Client) (any, error) { return api(c).Service(ctx, asA, "s1") },
		},
		{
			name: "delete service", line: "DELETE " + at + "/s1 No Content",
			called: "DeleteService as-a s1",
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return nothing(api(c).DeleteService(ctx, asA, "s1"))
			},
		},
		{
			name: "deliveries", line: "GET " + below + " OK application/json",
			called: "Deliveries as-a s1", answer: []t8.GMDXMBDelivery{going},
			call: func(ctx context.Context, c *t8.Client) (any, error) { return api(c).Deliveries(ctx, asA, "s1") },
		},
		{
			name: "deliver", line: "POST " + below + " application/json Created application/json",
			called: "CreateDelivery as-a s1", given: order, answer: &going, location: going.Self,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return api(c).CreateDelivery(ctx, asA, "s1", order)
			},
		},
		{
			name: "delivery", line: "GET " + below + "/1 OK application/json",
			called: "Delivery as-a s1 1", answer: &going,
			call: func(ctx context.Context, c *t8.Client) (any, error) { return api(c).Delivery(ctx, asA, "s1", "1") },
		},
		{
			name: "replace delivery", line: "PUT " + below + "/1 application/json OK application/json",
			called: "ReplaceDelivery as-a s1 1", given: order, answer: &going,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return api(c).ReplaceDelivery(ctx, asA, "s1", "1", order)
			},
		},
		{
			name: "change delivery", line: "PATCH " + below + "/1 application/merge-patch+json No Content",
			called: "ModifyDelivery as-a s1 1", given: change,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return api(c).ModifyDelivery(ctx, asA, "s1", "1", change)
			},
		},
		{
			name: "end delivery", line: "DELETE " + below + "/1 No Content",
			called: "DeleteDelivery as-a s1 1",
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return nothing(api(c).DeleteDelivery(ctx, asA, "s1", "1"))
			},
		},
	})
}

func TestGMDRefusals(t *testing.T) {
	covers(t, "T8-4.4.7.2.3.3-08")
	const mb2 = "/3gpp-group-message-delivery-mb2/v1/as-a/tmgi-allocation"
	refuses(t, mb2Of, []refusal{
		{name: "group", method: "POST", path: mb2, body: `{"externalGroupId":"g","mbmsLocArea":{"cellId":[],"enodeBId":[1]}}`, params: []string{
			"/mbmsLocArea/enodeBId/0", "/externalGroupId", "/mbmsLocArea/cellId",
		}},
		{name: "null", method: "PATCH", path: mb2 + "/1", body: `{"externalGroupId":null,"mbmsLocArea":null}`, params: []string{"/externalGroupId", "/mbmsLocArea"}},
		{name: "empty", method: "PATCH", path: mb2 + "/1", body: `{"mbmsLocArea":{"cellId":[]}}`, params: []string{"/mbmsLocArea/cellId"}},
		{name: "no destination", method: "POST", path: mb2 + "/1/delivery-via-mbms", body: `{"scefMessageDeliveryPort":"skipped"}`, params: []string{"/notificationDestination"}},
		{name: "forms", method: "PUT", path: mb2 + "/1/delivery-via-mbms/2",
			body:   `{"notificationDestination":"here","messageDeliveryStartTime":"now","groupMessagePayload":"?"}`,
			params: []string{"/messageDeliveryStartTime", "/groupMessagePayload", "/notificationDestination"}},
	})
	const xmb = "/3gpp-group-message-delivery-xmb/v1/as-a/services"
	refuses(t, xmbOf, []refusal{
		{name: "service", method: "POST", path: xmb, body: `{"externalGroupId":7}`, params: []string{"/externalGroupId"}},
		{name: "no destination", method: "POST", path: xmb + "/1/delivery-via-mbms", body: `{}`, params: []string{"/notificationDestination"}},
		{name: "null", method: "PATCH", path: xmb + "/1/delivery-via-mbms/2", body: `{"messageDeliveryStopTime":null,"groupMessagePayload":null}`, params: []string{
			"/messageDeliveryStopTime", "/groupMessagePayload",
		}},
	})
}

// The collections of MB2 are a single object in the standard; one element is written so, others as an array. Neither has an
// ETag, as no other collection has one.
func TestMB2Collections(t *testing.T) {
	const at = "/3gpp-group-message-delivery-mb2/v1/as-a/tmgi-allocation"
	a := t8.TMGIAllocation{Self: "s"}
	for body, all := range map[string][]t8.TMGIAllocation{`[]`: nil, `{"self":"s"}`: {a}, `[{"self":"s"},{"self":"s"}]`: {a, a}} {
		w, _ := lay(t, mb2Of(&fake{answer: func(context.Context, string, any) (any, error) { return all, nil }}))
		res, b := ask(t, w.Server, "GET", at, "")
		require.JSONEq(t, body, string(b))
		require.Empty(t, res.Header.Get("ETag"))
		res, _ = ask(t, w.Server, "GET", at, "", "If-None-Match", "*")
		require.Equal(t, 200, res.StatusCode)
	}
	s := newSCEF(t)
	c, err := t8.NewClient(s.URL, nil)
	require.NoError(t, err)
	for _, body := range []string{"", `null`, `7`, `[7]`, `{"self":7}`, `{`} {
		s.answers(200, body)
		_, err := c.GMDViaMBMSByMB2().TMGIAllocations(t.Context(), asA)
		require.ErrorIs(t, err, fault.Internal, body)
		require.True(t, fault.As(err).Remote)
	}
}

func TestGMDPatches(t *testing.T) {
	area := &t8.MBMSLocationArea{CellIDs: []string{"c1"}, ENodeBIDs: []string{"e1"}}
	a := &t8.TMGIAllocation{Self: "s", ExternalGroupID: "g@example.com", MBMSLocArea: area}
	was := *a
	require.NoError(t, (&t8.TMGIAllocationPatch{}).Apply(a))
	require.Equal(t, &was, a)
	require.NoError(t, (&t8.TMGIAllocationPatch{
		ExternalGroupID: t8.Set(id.ExternalGroupID("h@example.com")),
		MBMSLocArea:     t8.Set(t8.MBMSLocationAreaPatch{CellIDs: t8.Null[[]string](), MBMSServiceAreaIDs: t8.Set([]string{"5"})}),
	}).Apply(a))
	require.Equal(t, &t8.TMGIAllocation{
		Self: "s", ExternalGroupID: "h@example.com",
		MBMSLocArea: &t8.MBMSLocationArea{ENodeBIDs: []string{"e1"}, MBMSServiceAreaIDs: []string{"5"}},
	}, a)
	require.Equal(t, []string{"c1"}, area.CellIDs, "what was shared is not changed")
	was = *a
	require.ErrorIs(t, (&t8.TMGIAllocationPatch{ExternalGroupID: t8.Set(id.ExternalGroupID("h"))}).Apply(a), fault.InvalidParameter)
	require.Equal(t, &was, a)

	m := &t8.GMDMB2Delivery{NotificationDestination: "https://a/", GroupMessagePayload: []byte("hi")}
	require.NoError(t, (&t8.GMDMB2DeliveryPatch{
		ExternalGroupID: t8.Set(id.ExternalGroupID("h@example.com")), MBMSLocArea: t8.Set(t8.MBMSLocationAreaPatch{CellIDs: t8.Set([]string{"c"})}),
		MessageDeliveryStartTime: t8.Set(newYear), GroupMessagePayload: t8.Set([]byte("ho")), NotificationDestination: t8.Set("https://b/"),
	}).Apply(m))
	require.Equal(t, &t8.GMDMB2Delivery{
		ExternalGroupID: "h@example.com", MBMSLocArea: &t8.MBMSLocationArea{CellIDs: []string{"c"}}, MessageDeliveryStartTime: newYear,
		GroupMessagePayload: []byte("ho"), NotificationDestination: "https://b/",
	}, m)
	require.Error(t, (&t8.GMDMB2DeliveryPatch{NotificationDestination: t8.Set("b")}).Apply(m))
	require.Equal(t, "https://b/", m.NotificationDestination)

	x := &t8.GMDXMBDelivery{NotificationDestination: "https://a/", MBMSLocArea: area}
	require.NoError(t, (&t8.GMDXMBDeliveryPatch{
		MBMSLocArea: t8.Null[t8.MBMSLocationAreaPatch](), MessageDeliveryStartTime: t8.Set(newYear), MessageDeliveryStopTime: t8.Set(newYear),
		GroupMessagePayload: t8.Set([]byte("ho")), NotificationDestination: t8.Set("https://b/"),
	}).Apply(x))
	require.Equal(t, &t8.GMDXMBDelivery{
		MessageDeliveryStartTime: newYear, MessageDeliveryStopTime: newYear, GroupMessagePayload: []byte("ho"), NotificationDestination: "https://b/",
	}, x)
	require.Error(t, (&t8.GMDXMBDeliveryPatch{NotificationDestination: t8.Null[string]()}).Apply(x))
	require.Equal(t, "https://b/", x.NotificationDestination)
}
