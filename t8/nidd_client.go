package t8

import (
	"context"
	"net/http"
	"net/url"
	"reflect"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
)

// NIDD returns the API for non-IP data delivery.
func (c *Client) NIDD() NIDD { return niddClient{caller{c, "3gpp-nidd", niddBase}} }

// niddClient is NIDD over HTTP.
type niddClient struct{ caller }

var _ NIDD = niddClient{}

// portReports is what failures on ports may be told in.
var portReports = map[int]reflect.Type{http.StatusInternalServerError: reflect.TypeFor[RDSDownlinkDataDeliveryFailure]()}

func (n niddClient) config(scsas id.SCSASID, configID string) string {
	if isURI(configID) {
		return configID
	}
	return NIDDConfigurationURI(n.c.root, scsas, configID)
}

func (n niddClient) below(scsas id.SCSASID, configID, collection, ident string) string {
	if isURI(ident) {
		return ident
	}
	return n.config(scsas, configID) + collection + "/" + url.PathEscape(ident)
}

func (n niddClient) Configurations(ctx context.Context, scsas id.SCSASID) ([]NIDDConfiguration, error) {
	return fetchList[NIDDConfiguration](ctx, n.caller, "FetchAllNIDDConfigurations", scsas, NIDDConfigurationsURI(n.c.root, scsas))
}

func (n niddClient) CreateConfiguration(ctx context.Context, scsas id.SCSASID, cfg *NIDDConfiguration) (*NIDDConfiguration, error) {
	if cfg.ExternalGroupID != "" && len(cfg.DownlinkDataTransfers) > 0 { // TS 29.122 §4.4.5.2.2
		return nil, fault.New("t8.CreateNIDDConfiguration", fault.OperationProhibited, "data cannot come with the configuration of a group")
	}
	q := request{operation: "CreateNIDDConfiguration", scsas: scsas, uri: NIDDConfigurationsURI(n.c.root, scsas), body: cfg}
	return create(ctx, n.caller, q, func(v *NIDDConfiguration) *string { return &v.Self })
}

func (n niddClient) Configuration(ctx context.Context, scsas id.SCSASID, configID string) (*NIDDConfiguration, error) {
	return fetch[NIDDConfiguration](ctx, n.caller, "FetchIndNIDDConfiguration", scsas, n.config(scsas, configID))
}

func (n niddClient) ModifyConfiguration(ctx context.Context, scsas id.SCSASID, configID string, patch *NIDDConfigurationPatch) (*NIDDConfiguration, error) {
	return change[NIDDConfiguration](ctx, n.caller, request{operation: "ModifyNIDDConfiguration", scsas: scsas, method: "PATCH", uri: n.config(scsas, configID), media: typeMerge, body: patch})
}

func (n niddClient) DeleteConfiguration(ctx context.Context, scsas id.SCSASID, configID string) error {
	return drop(ctx, n.caller, "DeleteNIDDConfiguration", scsas, n.config(scsas, configID))
}

func (n niddClient) Deliveries(ctx context.Context, scsas id.SCSASID, configID string) ([]NIDDDownlinkDataTransfer, error) {
	return fetchList[NIDDDownlinkDataTransfer](ctx, n.caller, "FetchAllDownlinkDataDeliveries", scsas, n.config(scsas, configID)+niddDeliveries)
}

func (n niddClient) CreateDelivery(ctx context.Context, scsas id.SCSASID, configID string, data *NIDDDownlinkDataTransfer) (*NIDDDownlinkDataTransfer, error) {
	const op = "CreateDownlinkDataDelivery"
	v, status, location, err := invoke[NIDDDownlinkDataTransfer](ctx, n.caller, request{operation: op, scsas: scsas, method: "POST", uri: n.config(scsas, configID) + niddDeliveries, media: typeJSON, body: data})
	if err != nil {
		return nil, err
	}
	if v == nil {
		v = &NIDDDownlinkDataTransfer{}
	}
	if status == http.StatusCreated && location != "" {
		v.Self = location
	}
	return v, nil
}

func (n niddClient) Delivery(ctx context.Context, scsas id.SCSASID, configID, deliveryID string) (*NIDDDownlinkDataTransfer, error) {
	return fetch[NIDDDownlinkDataTransfer](ctx, n.caller, "FetchIndDownlinkDataDelivery", scsas, n.below(scsas, configID, niddDeliveries, deliveryID))
}

func (n niddClient) ReplaceDelivery(ctx context.Context, scsas id.SCSASID, configID, deliveryID string, data *NIDDDownlinkDataTransfer) (*NIDDDownlinkDataTransfer, error) {
	return change[NIDDDownlinkDataTransfer](ctx, n.caller, request{operation: "UpdateIndDownlinkDataDelivery", scsas: scsas, method: "PUT", uri: n.below(scsas, configID, niddDeliveries, deliveryID), media: typeJSON, body: data})
}

// ModifyDelivery sends application/json, which is what the Rel-18 API description declares for this operation.
func (n niddClient) ModifyDelivery(ctx context.Context, scsas id.SCSASID, configID, deliveryID string, patch *NIDDDownlinkDataTransferPatch) (*NIDDDownlinkDataTransfer, error) {
	return change[NIDDDownlinkDataTransfer](ctx, n.caller, request{operation: "ModifyIndDownlinkDataDelivery", scsas: scsas, method: "PATCH", uri: n.below(scsas, configID, niddDeliveries, deliveryID), media: typeJSON, body: patch})
}

func (n niddClient) CancelDelivery(ctx context.Context, scsas id.SCSASID, configID, deliveryID string) error {
	return drop(ctx, n.caller, "DeleteIndDownlinkDataDelivery", scsas, n.below(scsas, configID, niddDeliveries, deliveryID))
}

func (n niddClient) Ports(ctx context.Context, scsas id.SCSASID, configID string) ([]ManagePort, error) {
	return fetchList[ManagePort](ctx, n.caller, "FetchAllManagePortConfigurations", scsas, n.config(scsas, configID)+niddPorts)
}

func (n niddClient) Port(ctx context.Context, scsas id.SCSASID, configID, portID string) (*ManagePort, error) {
	return fetch[ManagePort](ctx, n.caller, "FetchIndManagePortConfiguration", scsas, n.below(scsas, configID, niddPorts, portID))
}

func (n niddClient) ReservePort(ctx context.Context, scsas id.SCSASID, configID, portID string, port *ManagePort) (*ManagePort, error) {
	v, status, location, err := invoke[ManagePort](ctx, n.caller, request{
		operation: "UpdateIndManagePortConfiguration", once: true, scsas: scsas, method: "PUT",
		uri: n.below(scsas, configID, niddPorts, portID), media: typeJSON, body: port, reports: portReports,
	})
	if err != nil || status == http.StatusAccepted {
		return nil, err
	}
	if v == nil {
		v = &ManagePort{}
	}
	if location != "" {
		v.Self = location
	}
	return v, nil
}

func (n niddClient) ReleasePort(ctx context.Context, scsas id.SCSASID, configID, portID string) (bool, error) {
	status, _, err := n.c.do(ctx, request{
		api: n.api, operation: "DeleteIndManagePortConfiguration", scsas: scsas, method: "DELETE",
		uri: n.below(scsas, configID, niddPorts, portID), reports: portReports,
	}, nil)
	return err == nil && status != http.StatusAccepted, err
}
