package t8

import (
	"context"
	"net/http"
	"reflect"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
)

// NIDD is the API for non-IP data delivery (TS 29.122 §5.6, 3gpp-nidd). The procedure of an SCEF implements it, and so
// does [Client]; a caller need not know which it has.
//
// Every method takes the SCS/AS on whose behalf it works; a resource of another one does not exist (fault.NotFound).
// Bodies are checked before they come here from HTTP; see [Check] for calls in process. An implementation neither keeps
// nor changes a body that it is given; what it returns belongs to the caller. Errors are *[fault.Error]. Safe for
// concurrent use.
//
// ctx bounds the answer, not what the call set in motion. Over HTTP it ends when the client goes away. What replaces,
// modifies or deletes asks [Precondition] before.
//
// With a Client, configID, deliveryID and portID are either the identifier or the whole URI that the SCEF returned
// (Location, self), which is used as it stands.
type NIDD interface {
	// Configurations returns all configurations of the SCS/AS.
	Configurations(ctx context.Context, scsas id.SCSASID) ([]NIDDConfiguration, error)

	// CreateConfiguration creates a configuration and returns it with Self set. Downlink data that it carries is
	// delivered after the answer; its outcome comes by notification.
	CreateConfiguration(ctx context.Context, scsas id.SCSASID, cfg *NIDDConfiguration) (*NIDDConfiguration, error)

	// Configuration returns a configuration.
	Configuration(ctx context.Context, scsas id.SCSASID, configID string) (*NIDDConfiguration, error)

	// ModifyConfiguration changes a configuration and returns the new one, or nil when there is nothing to tell
	// (204). An implementation uses [NIDDConfigurationPatch.Apply].
	ModifyConfiguration(ctx context.Context, scsas id.SCSASID, configID string, patch *NIDDConfigurationPatch) (*NIDDConfiguration, error)

	// DeleteConfiguration ends a configuration and everything below it.
	DeleteConfiguration(ctx context.Context, scsas id.SCSASID, configID string) error

	// Deliveries returns the deliveries that are pending.
	Deliveries(ctx context.Context, scsas id.SCSASID, configID string) ([]NIDDDownlinkDataTransfer, error)

	// CreateDelivery sends downlink data. A result with Self empty was delivered (200); one with Self set is a
	// resource that holds the data until it can be delivered (201). Errors: fault.DataTooLarge, fault.QuotaExceeded,
	// fault.RateLimited, fault.RDSPortUnknown, fault.Triggered, fault.TemporarilyUnreachable with RetryAt,
	// fault.Timeout, fault.NextHop and others.
	CreateDelivery(ctx context.Context, scsas id.SCSASID, configID string, data *NIDDDownlinkDataTransfer) (*NIDDDownlinkDataTransfer, error)

	// Delivery returns a pending delivery.
	Delivery(ctx context.Context, scsas id.SCSASID, configID, deliveryID string) (*NIDDDownlinkDataTransfer, error)

	// ReplaceDelivery replaces a pending delivery and returns the new one, or nil (204). Errors: fault.Sending,
	// fault.AlreadyDelivered, fault.Timeout, fault.NextHop, fault.OperationProhibited and others.
	ReplaceDelivery(ctx context.Context, scsas id.SCSASID, configID, deliveryID string, data *NIDDDownlinkDataTransfer) (*NIDDDownlinkDataTransfer, error)

	// ModifyDelivery changes a pending delivery and returns the new one, or nil (204). Errors are those of
	// ReplaceDelivery. An implementation uses [NIDDDownlinkDataTransferPatch.Apply].
	ModifyDelivery(ctx context.Context, scsas id.SCSASID, configID, deliveryID string, patch *NIDDDownlinkDataTransferPatch) (*NIDDDownlinkDataTransfer, error)

	// CancelDelivery cancels a pending delivery. Errors are those of ReplaceDelivery.
	CancelDelivery(ctx context.Context, scsas id.SCSASID, configID, deliveryID string) error

	// Ports returns the RDS ports that are reserved.
	Ports(ctx context.Context, scsas id.SCSASID, configID string) ([]ManagePort, error)

	// Port returns a reservation; portID is that of [PortID].
	Port(ctx context.Context, scsas id.SCSASID, configID, portID string) (*ManagePort, error)

	// ReservePort reserves a pair of ports and returns it with Self set (201), or nil when the UE is being asked and
	// a notification will tell (202). Errors: fault.PortNotFree, fault.NoPDNConnection,
	// fault.TemporarilyUnreachable, fault.FormatNotSupported (see [RDSDownlinkDataDeliveryFailure]) and others.
	ReservePort(ctx context.Context, scsas id.SCSASID, configID, portID string, port *ManagePort) (*ManagePort, error)

	// ReleasePort releases a pair of ports. done is false when the UE is being asked and a notification will tell
	// (202). Errors: fault.PortNotAssociated, fault.OperationProhibited, fault.NoPDNConnection and others.
	ReleasePort(ctx context.Context, scsas id.SCSASID, configID, portID string) (done bool, err error)
}

// NIDDAPI makes the API for non-IP data delivery out of an implementation, for [NewHandler].
func NIDDAPI(p NIDD) API {
	const (
		configs    = "/{scsAsId}/configurations"
		config     = configs + "/{configurationId}"
		deliveries = config + "/downlink-data-deliveries"
		delivery   = deliveries + "/{downlinkDataDeliveryId}"
		ports      = config + "/rds-ports"
		port       = ports + "/{portId}"
	)
	self := func(cfg *NIDDConfiguration) string { return cfg.Self }
	sent := postNew(deliveries, "CreateDownlinkDataDelivery", func(d *NIDDDownlinkDataTransfer) string { return d.Self },
		func(c *call, b *NIDDDownlinkDataTransfer) (*NIDDDownlinkDataTransfer, error) {
			return p.CreateDelivery(c.ctx, c.scsas, c.vars[0], b)
		})
	create := sent.do
	sent.status = []int{200, 201}
	sent.do = func(c *call) (reply, error) {
		r, err := create(c)
		if err == nil && r.location == "" { // delivered, nothing was created
			r.status = http.StatusOK
		}
		return r, err
	}
	reserve := put(port, "UpdateIndManagePortConfiguration", func(c *call, b *ManagePort) (*ManagePort, error) {
		return p.ReservePort(c.ctx, c.scsas, c.vars[0], c.vars[1], b)
	})
	reserve.status = []int{201, 202}
	reserve.do = func(c *call) (reply, error) {
		if _, ok := ParsePortID(c.vars[1]); !ok {
			return reply{}, noPort()
		}
		return withBody(c, func(b *ManagePort) (reply, error) {
			r, err := p.ReservePort(c.ctx, c.scsas, c.vars[0], c.vars[1], b)
			if err == nil && r == nil {
				return reply{status: http.StatusAccepted}, nil
			}
			return created(r, err, func() string { return r.Self })
		})
	}
	release := remove(port, "DeleteIndManagePortConfiguration", nil)
	release.status = []int{204, 202}
	release.do = func(c *call) (reply, error) {
		done, err := p.ReleasePort(c.ctx, c.scsas, c.vars[0], c.vars[1])
		if err == nil && !done {
			return reply{status: http.StatusAccepted}, nil
		}
		return none(err)
	}
	onDelivery := func(r route) route {
		return reporting[NIDDDownlinkDataDeliveryFailure](r, http.StatusInternalServerError)
	}
	onPort := func(r route) route {
		return reporting[RDSDownlinkDataDeliveryFailure](r, http.StatusInternalServerError)
	}
	return API{Name: "3gpp-nidd", Version: "v1", refuse401: []string{"CreateDownlinkDataDelivery"}, routes: []route{
		getList(configs, "FetchAllNIDDConfigurations", func(c *call) ([]NIDDConfiguration, error) {
			return p.Configurations(c.ctx, c.scsas)
		}),
		notifying(postNew(configs, "CreateNIDDConfiguration", self, func(c *call, b *NIDDConfiguration) (*NIDDConfiguration, error) {
			return p.CreateConfiguration(c.ctx, c.scsas, b)
		}), "niddNotifications", reflect.TypeFor[NIDDConfigurationStatusNotification](), reflect.TypeFor[NIDDUplinkDataNotification](),
			reflect.TypeFor[NIDDDownlinkDataDeliveryStatusNotification](), reflect.TypeFor[GMDNIDDDownlinkDataDeliveryNotification](),
			reflect.TypeFor[ManagePortNotification]()),
		getOne(config, "FetchIndNIDDConfiguration", func(c *call) (*NIDDConfiguration, error) {
			return p.Configuration(c.ctx, c.scsas, c.vars[0])
		}),
		patch(config, "ModifyNIDDConfiguration", mergePatch, func(c *call, b *NIDDConfigurationPatch) (*NIDDConfiguration, error) {
			return p.ModifyConfiguration(c.ctx, c.scsas, c.vars[0], b)
		}),
		remove(config, "DeleteNIDDConfiguration", func(c *call) error {
			return p.DeleteConfiguration(c.ctx, c.scsas, c.vars[0])
		}),
		getList(deliveries, "FetchAllDownlinkDataDeliveries", func(c *call) ([]NIDDDownlinkDataTransfer, error) {
			return p.Deliveries(c.ctx, c.scsas, c.vars[0])
		}),
		onDelivery(sent),
		getOne(delivery, "FetchIndDownlinkDataDelivery", func(c *call) (*NIDDDownlinkDataTransfer, error) {
			return p.Delivery(c.ctx, c.scsas, c.vars[0], c.vars[1])
		}),
		onDelivery(put(delivery, "UpdateIndDownlinkDataDelivery", func(c *call, b *NIDDDownlinkDataTransfer) (*NIDDDownlinkDataTransfer, error) {
			return p.ReplaceDelivery(c.ctx, c.scsas, c.vars[0], c.vars[1], b)
		})),
		onDelivery(patch(delivery, "ModifyIndDownlinkDataDelivery", plainOrMerge, func(c *call, b *NIDDDownlinkDataTransferPatch) (*NIDDDownlinkDataTransfer, error) {
			return p.ModifyDelivery(c.ctx, c.scsas, c.vars[0], c.vars[1], b)
		})),
		onDelivery(remove(delivery, "DeleteIndDownlinkDataDelivery", func(c *call) error {
			return p.CancelDelivery(c.ctx, c.scsas, c.vars[0], c.vars[1])
		})),
		getList(ports, "FetchAllManagePortConfigurations", func(c *call) ([]ManagePort, error) {
			return p.Ports(c.ctx, c.scsas, c.vars[0])
		}),
		getOne(port, "FetchIndManagePortConfiguration", func(c *call) (*ManagePort, error) {
			return p.Port(c.ctx, c.scsas, c.vars[0], c.vars[1])
		}),
		onPort(reserve),
		onPort(release),
	}}
}

// noPort refuses a port identifier that cannot be one.
func noPort() error {
	e := fault.New("", fault.InvalidParameter, "portId has the form ue{0..15}-ef{0..15}")
	e.Params = []fault.Param{{Param: "{portId}", Reason: "must be ue{0..15}-ef{0..15}"}}
	return e
}
