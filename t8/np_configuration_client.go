package t8

import (
	"context"

	"github.com/scefkit/scefkit/id"
)

// NPConfiguration returns the API for network parameters.
func (c *Client) NPConfiguration() NPConfiguration {
	return npClient{caller{c, "3gpp-network-parameter-configuration", "/3gpp-network-parameter-configuration/v1"}}
}

// npClient is NPConfiguration over HTTP.
type npClient struct{ caller }

var _ NPConfiguration = npClient{}

func (n npClient) configs(scsas id.SCSASID) string { return n.collection(scsas, "configurations") }

func (n npClient) config(scsas id.SCSASID, ident string) string { return item(n.configs(scsas), ident) }

func (n npClient) Configurations(ctx context.Context, scsas id.SCSASID) ([]NetworkParameters, error) {
	return fetchList[NetworkParameters](ctx, n.caller, "FetchAllNPConfigurations", scsas, n.configs(scsas))
}

func (n npClient) CreateConfiguration(ctx context.Context, scsas id.SCSASID, cfg *NetworkParameters) (*NetworkParameters, error) {
	q := request{operation: "CreateNPConfiguration", scsas: scsas, uri: n.configs(scsas), body: cfg}
	return create(ctx, n.caller, q, func(v *NetworkParameters) *string { return &v.Self })
}

func (n npClient) Configuration(ctx context.Context, scsas id.SCSASID, configID string) (*NetworkParameters, error) {
	return fetch[NetworkParameters](ctx, n.caller, "FetchIndNPConfiguration", scsas, n.config(scsas, configID))
}

func (n npClient) ReplaceConfiguration(
	ctx context.Context, scsas id.SCSASID, configID string, cfg *NetworkParameters,
) (*NetworkParameters, error) {
	return change[NetworkParameters](ctx, n.caller, request{
		operation: "UpdateIndNPConfiguration", scsas: scsas, method: "PUT", uri: n.config(scsas, configID), media: typeJSON, body: cfg,
	})
}

func (n npClient) ModifyConfiguration(
	ctx context.Context, scsas id.SCSASID, configID string, patch *NetworkParametersPatch,
) (*NetworkParameters, error) {
	return change[NetworkParameters](ctx, n.caller, request{
		operation: "ModifyIndNPConfiguration", scsas: scsas, method: "PATCH", uri: n.config(scsas, configID),
		media: typeMerge, body: patch,
	})
}

func (n npClient) DeleteConfiguration(ctx context.Context, scsas id.SCSASID, configID string) ([]ConfigResult, error) {
	return all(dropTelling[[]ConfigResult](ctx, n.caller, "DeleteIndNPConfiguration", scsas, n.config(scsas, configID)))
}
