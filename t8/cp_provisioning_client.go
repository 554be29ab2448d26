package t8

import (
	"context"
	"net/http"
	"reflect"

	"github.com/scefkit/scefkit/id"
)

// CPProvisioning returns the API for communication patterns.
func (c *Client) CPProvisioning() CPProvisioning {
	return cpClient{caller{c, "3gpp-cp-parameter-provisioning", "/3gpp-cp-parameter-provisioning/v1"}}
}

// cpClient is CPProvisioning over HTTP.
type cpClient struct{ caller }

var _ CPProvisioning = cpClient{}

var (
	cpReports = map[int]reflect.Type{http.StatusInternalServerError: reflect.TypeFor[[]CPReport]()}
	cpReport  = map[int]reflect.Type{
		http.StatusConflict:            reflect.TypeFor[CPReport](),
		http.StatusInternalServerError: reflect.TypeFor[CPReport](),
	}
)

func (n cpClient) subs(scsas id.SCSASID) string { return n.collection(scsas, "subscriptions") }

func (n cpClient) sub(scsas id.SCSASID, ident string) string { return item(n.subs(scsas), ident) }

func (n cpClient) set(scsas id.SCSASID, subscriptionID, ident string) string {
	return item(n.sub(scsas, subscriptionID)+"/cpSets", ident)
}

func (n cpClient) Subscriptions(ctx context.Context, scsas id.SCSASID) ([]CPInfo, error) {
	return fetchList[CPInfo](ctx, n.caller, "FetchAllCPProvisioningSubscriptions", scsas, n.subs(scsas))
}

func (n cpClient) CreateSubscription(ctx context.Context, scsas id.SCSASID, info *CPInfo) (*CPInfo, error) {
	q := request{operation: "CreateCPProvisioningSubscription", scsas: scsas, uri: n.subs(scsas), body: info, reports: cpReports}
	return create(ctx, n.caller, q, func(v *CPInfo) *string { return &v.Self })
}

func (n cpClient) Subscription(ctx context.Context, scsas id.SCSASID, subscriptionID string) (*CPInfo, error) {
	return fetch[CPInfo](ctx, n.caller, "FetchIndCPProvisioningSubscription", scsas, n.sub(scsas, subscriptionID))
}

func (n cpClient) ReplaceSubscription(
	ctx context.Context, scsas id.SCSASID, subscriptionID string, info *CPInfo,
) (*CPInfo, error) {
	return change[CPInfo](ctx, n.caller, request{
		operation: "UpdateIndCPProvisioningSubscription", scsas: scsas, method: "PUT", uri: n.sub(scsas, subscriptionID),
		media: typeJSON, body: info,
		reports: cpReports,
	})
}

func (n cpClient) DeleteSubscription(ctx context.Context, scsas id.SCSASID, subscriptionID string) error {
	return drop(ctx, n.caller, "DeleteIndCPProvisioningSubscription", scsas, n.sub(scsas, subscriptionID))
}

func (n cpClient) ParameterSet(ctx context.Context, scsas id.SCSASID, subscriptionID, setID string) (*CPParameterSet, error) {
	return fetch[CPParameterSet](ctx, n.caller, "FetchIndCPSetProvisioning", scsas, n.set(scsas, subscriptionID, setID))
}

func (n cpClient) ReplaceParameterSet(
	ctx context.Context, scsas id.SCSASID, subscriptionID, setID string, set *CPParameterSet,
) (*CPParameterSet, error) {
	return change[CPParameterSet](ctx, n.caller, request{
		operation: "UpdateIndCPSetProvisioning", scsas: scsas, method: "PUT", uri: n.set(scsas, subscriptionID, setID),
		media: typeJSON, body: set,
		reports: cpReport,
	})
}

func (n cpClient) DeleteParameterSet(ctx context.Context, scsas id.SCSASID, subscriptionID, setID string) error {
	return drop(ctx, n.caller, "DeleteIndCPSetProvisioning", scsas, n.set(scsas, subscriptionID, setID))
}
