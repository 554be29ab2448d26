package t8

import (
	"context"
	"reflect"

	"github.com/scefkit/scefkit/id"
)

// NPConfiguration is the API for network parameters (TS 29.122 §5.13, 3gpp-network-parameter-configuration). The procedure
// of an SCEF implements it, and so does [Client]; a caller need not know which it has.
//
// Every method takes the SCS/AS on whose behalf it works; a resource of another one does not exist (fault.NotFound).
// Bodies are checked before they come here from HTTP; see [Check] for calls in process. An implementation neither keeps
// nor changes a body that it is given; what it returns belongs to the caller. Errors are *[fault.Error]; those of the
// methods that set parameters include fault.ParameterOutOfRange, which names the parameters. Safe for concurrent use.
//
// ctx bounds the answer, not what the call set in motion. Over HTTP it ends when the client goes away.
//
// With a Client, configID is either the identifier or the whole URI that the SCEF returned (Location, self), which is used
// as it stands.
type NPConfiguration interface {
	// Configurations returns all configurations of the SCS/AS.
	Configurations(ctx context.Context, scsas id.SCSASID) ([]NetworkParameters, error)

	// CreateConfiguration gives the parameters to the HSS and returns the configuration with Self set and the values
	// that were taken. The results for the UEs of a group come by notification.
	CreateConfiguration(ctx context.Context, scsas id.SCSASID, cfg *NetworkParameters) (*NetworkParameters, error)

	// Configuration returns a configuration.
	Configuration(ctx context.Context, scsas id.SCSASID, configID string) (*NetworkParameters, error)

	// ReplaceConfiguration replaces all properties of a configuration and returns the new one, or nil when there is
	// nothing to tell (204).
	ReplaceConfiguration(ctx context.Context, scsas id.SCSASID, configID string, cfg *NetworkParameters) (*NetworkParameters, error)

	// ModifyConfiguration changes a configuration and returns the new one, or nil (204). An implementation uses
	// [NetworkParametersPatch.Apply].
	ModifyConfiguration(
		ctx context.Context, scsas id.SCSASID, configID string, patch *NetworkParametersPatch,
	) (*NetworkParameters, error)

	// DeleteConfiguration ends a configuration. It returns the results for the UEs of a group, when there are any to
	// tell (200); none is the rule (204).
	DeleteConfiguration(ctx context.Context, scsas id.SCSASID, configID string) ([]ConfigResult, error)
}

// NPConfigurationAPI makes the API for network parameters out of an implementation, for [NewHandler].
func NPConfigurationAPI(p NPConfiguration) API {
	const (
		configs = "/{scsAsId}/configurations"
		config  = configs + "/{configurationId}"
	)
	self := func(n *NetworkParameters) string { return n.Self }
	return API{Name: "3gpp-network-parameter-configuration", Version: "v1", routes: []route{
		getList(configs, "FetchAllNPConfigurations", func(c *call) ([]NetworkParameters, error) {
			return p.Configurations(c.ctx, c.scsas)
		}),
		notifying(postNew(configs, "CreateNPConfiguration", self, func(c *call, b *NetworkParameters) (*NetworkParameters, error) {
			return p.CreateConfiguration(c.ctx, c.scsas, b)
		}), "notificationDestination", reflect.TypeFor[NetworkParametersNotification]()),
		getOne(config, "FetchIndNPConfiguration", func(c *call) (*NetworkParameters, error) {
			return p.Configuration(c.ctx, c.scsas, c.vars[0])
		}),
		put(config, "UpdateIndNPConfiguration", func(c *call, b *NetworkParameters) (*NetworkParameters, error) {
			return p.ReplaceConfiguration(c.ctx, c.scsas, c.vars[0], b)
		}),
		patch(config, "ModifyIndNPConfiguration", mergePatch, func(c *call, b *NetworkParametersPatch) (*NetworkParameters, error) {
			return p.ModifyConfiguration(c.ctx, c.scsas, c.vars[0], b)
		}),
		removeTelling(config, "DeleteIndNPConfiguration", func(c *call) (*[]ConfigResult, error) {
			r, err := p.DeleteConfiguration(c.ctx, c.scsas, c.vars[0])
			if len(r) == 0 {
				return nil, err
			}
			return &r, err
		}),
	}}
}
