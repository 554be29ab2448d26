package t8

import (
	"context"
	"net/http"
	"reflect"

	"github.com/scefkit/scefkit/id"
)

// RACSParameterProvisioning returns the API for radio capabilities of UE models.
func (c *Client) RACSParameterProvisioning() RACSParameterProvisioning {
	return racsClient{caller{c, "3gpp-racs-pp", "/3gpp-racs-pp/v1"}}
}

// racsClient is RACSParameterProvisioning over HTTP.
type racsClient struct{ caller }

var _ RACSParameterProvisioning = racsClient{}

func (r racsClient) all(scsas id.SCSASID) string { return r.collection(scsas, "provisionings") }

func (r racsClient) one(scsas id.SCSASID, provisioningID string) string {
	return item(r.all(scsas), provisioningID)
}

// reports is what failures are told in.
func (r racsClient) reports() map[int]reflect.Type {
	return map[int]reflect.Type{http.StatusInternalServerError: reflect.TypeFor[[]RACSFailureReport]()}
}

func (r racsClient) Provisionings(ctx context.Context, scsas id.SCSASID) ([]RACSProvisioningData, error) {
	return fetchList[RACSProvisioningData](ctx, r.caller, "FetchAllRACSParameterProvisionings", scsas, r.all(scsas))
}

func (r racsClient) CreateProvisioning(
	ctx context.Context, scsas id.SCSASID, data *RACSProvisioningData,
) (*RACSProvisioningData, error) {
	q := request{operation: "CreateRACSParameterProvisioning", scsas: scsas, uri: r.all(scsas), body: data, reports: r.reports()}
	return create(ctx, r.caller, q, func(v *RACSProvisioningData) *string { return &v.Self })
}

func (r racsClient) Provisioning(ctx context.Context, scsas id.SCSASID, provisioningID string) (*RACSProvisioningData, error) {
	return fetch[RACSProvisioningData](ctx, r.caller, "FetchIndRACSParameterProvisioning", scsas, r.one(scsas, provisioningID))
}

func (r racsClient) ReplaceProvisioning(
	ctx context.Context, scsas id.SCSASID, provisioningID string, data *RACSProvisioningData,
) (*RACSProvisioningData, error) {
	return change[RACSProvisioningData](ctx, r.caller, request{
		operation: "UpdateIndRACSParameterProvisioning", scsas: scsas,
		method: "PUT", uri: r.one(scsas, provisioningID), media: typeJSON, body: data, reports: r.reports(),
	})
}

func (r racsClient) ModifyProvisioning(
	ctx context.Context, scsas id.SCSASID, provisioningID string, patch *RACSProvisioningDataPatch,
) (*RACSProvisioningData, error) {
	return change[RACSProvisioningData](ctx, r.caller, request{
		operation: "ModifyIndRACSParameterProvisioning", scsas: scsas,
		method: "PATCH", uri: r.one(scsas, provisioningID), media: typeMerge, body: patch, reports: r.reports(),
	})
}

func (r racsClient) DeleteProvisioning(ctx context.Context, scsas id.SCSASID, provisioningID string) error {
	return drop(ctx, r.caller, "DeleteIndRACSParameterProvisioning", scsas, r.one(scsas, provisioningID))
}
