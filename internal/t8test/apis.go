package t8test

import (
	"context"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/t8"
)

// The stand-ins keep what they are given and give it back.

// triggering stands in for device triggering.
type triggering struct {
	all *table[t8.DeviceTrigger]
}

func newTriggering(root string) t8.DeviceTriggering {
	return &triggering{
		newTable(root, "3gpp-device-triggering", func(v *t8.DeviceTrigger) *string { return &v.Self }),
	}
}

func (t *triggering) Triggers(_ context.Context, s id.SCSASID) ([]t8.DeviceTrigger, error) {
	return t.all.list(t.all.uri(s, "transactions"))
}

func (t *triggering) CreateTrigger(_ context.Context, s id.SCSASID, v *t8.DeviceTrigger) (*t8.DeviceTrigger, error) {
	return t.all.create(t.all.uri(s, "transactions"), v)
}

func (t *triggering) Trigger(_ context.Context, s id.SCSASID, i string) (*t8.DeviceTrigger, error) {
	return t.all.get(t.all.uri(s, "transactions", i))
}

func (t *triggering) ReplaceTrigger(_ context.Context, s id.SCSASID, i string, v *t8.DeviceTrigger) (*t8.DeviceTrigger, error) {
	return t.all.replace(t.all.uri(s, "transactions", i), v)
}

func (t *triggering) ModifyTrigger(_ context.Context, s id.SCSASID, i string, p *t8.DeviceTriggerPatch) (*t8.DeviceTrigger, error) {
	return t.all.change(t.all.uri(s, "transactions", i), p.Apply)
}

func (t *triggering) RecallTrigger(_ context.Context, s id.SCSASID, i string) (*t8.DeviceTrigger, error) {
	return nil, t.all.remove(t.all.uri(s, "transactions", i))
}

// bdt stands in for background data transfer.
type bdt struct {
	all *table[t8.BDTSubscription]
}

func newBDT(root string) t8.BDT {
	return &bdt{
		newTable(root, "3gpp-bdt", func(v *t8.BDTSubscription) *string { return &v.Self }),
	}
}

func (t *bdt) Subscriptions(_ context.Context, s id.SCSASID) ([]t8.BDTSubscription, error) {
	return t.all.list(t.all.uri(s, "subscriptions"))
}

func (t *bdt) CreateSubscription(_ context.Context, s id.SCSASID, v *t8.BDTSubscription) (*t8.BDTSubscription, error) {
	return t.all.create(t.all.uri(s, "subscriptions"), v)
}

func (t *bdt) Subscription(_ context.Context, s id.SCSASID, i string) (*t8.BDTSubscription, error) {
	return t.all.get(t.all.uri(s, "subscriptions", i))
}

func (t *bdt) ReplaceSubscription(_ context.Context, s id.SCSASID, i string, v *t8.BDTSubscription) (*t8.BDTSubscription, error) {
	return t.all.replace(t.all.uri(s, "subscriptions", i), v)
}

func (t *bdt) ModifySubscription(_ context.Context, s id.SCSASID, i string, p *t8.BDTSubscriptionPatch) (*t8.BDTSubscription, error) {
	return t.all.change(t.all.uri(s, "subscriptions", i), p.Apply)
}

func (t *bdt) DeleteSubscription(_ context.Context, s id.SCSASID, i string) error {
	return t.all.remove(t.all.uri(s, "subscriptions", i))
}

// qos stands in for sessions with QoS.
type qos struct {
	all *table[t8.ASSessionWithQoSSubscription]
}

func newQoS(root string) t8.ASSessionWithQoS {
	return &qos{
		newTable(root, "3gpp-as-session-with-qos", func(v *t8.ASSessionWithQoSSubscription) *string { return &v.Self }),
	}
}

func (t *qos) Subscriptions(_ context.Context, s id.SCSASID, _ t8.UEFilter) ([]t8.ASSessionWithQoSSubscription, error) {
	return t.all.list(t.all.uri(s, "subscriptions"))
}

func (t *qos) CreateSubscription(_ context.Context, s id.SCSASID, v *t8.ASSessionWithQoSSubscription) (*t8.ASSessionWithQoSSubscription, error) {
	return t.all.create(t.all.uri(s, "subscriptions"), v)
}

func (t *qos) Subscription(_ context.Context, s id.SCSASID, i string) (*t8.ASSessionWithQoSSubscription, error) {
	return t.all.get(t.all.uri(s, "subscriptions", i))
}

func (t *qos) ReplaceSubscription(_ context.Context, s id.SCSASID, i string, v *t8.ASSessionWithQoSSubscription) (*t8.ASSessionWithQoSSubscription, error) {
	return t.all.replace(t.all.uri(s, "subscriptions", i), v)
}

func (t *qos) ModifySubscription(_ context.Context, s id.SCSASID, i string, p *t8.ASSessionWithQoSSubscriptionPatch) (*t8.ASSessionWithQoSSubscription, error) {
	return t.all.change(t.all.uri(s, "subscriptions", i), p.Apply)
}

func (t *qos) DeleteSubscription(_ context.Context, s id.SCSASID, i string) (*t8.UserPlaneNotificationData, error) {
	return nil, t.all.remove(t.all.uri(s, "subscriptions", i))
}

// chargeable stands in for the change of the chargeable party.
type chargeable struct {
	all *table[t8.ChargeablePartyTransaction]
}

func newChargeable(root string) t8.ChargeableParty {
	return &chargeable{
		newTable(root, "3gpp-chargeable-party", func(v *t8.ChargeablePartyTransaction) *string { return &v.Self }),
	}
}

func (t *chargeable) Transactions(_ context.Context, s id.SCSASID, _ t8.UEFilter) ([]t8.ChargeablePartyTransaction, error) {
	return t.all.list(t.all.uri(s, "transactions"))
}

func (t *chargeable) CreateTransaction(_ context.Context, s id.SCSASID, v *t8.ChargeablePartyTransaction) (*t8.ChargeablePartyTransaction, error) {
	return t.all.create(t.all.uri(s, "transactions"), v)
}

func (t *chargeable) Transaction(_ context.Context, s id.SCSASID, i string) (*t8.ChargeablePartyTransaction, error) {
	return t.all.get(t.all.uri(s, "transactions", i))
}

func (t *chargeable) ModifyTransaction(_ context.Context, s id.SCSASID, i string, p *t8.ChargeablePartyTransactionPatch) (*t8.ChargeablePartyTransaction, error) {
	return t.all.change(t.all.uri(s, "transactions", i), p.Apply)
}

func (t *chargeable) DeleteTransaction(_ context.Context, s id.SCSASID, i string) (*t8.NotificationData, error) {
	return nil, t.all.remove(t.all.uri(s, "transactions", i))
}

// status stands in for reports of the network status.
type status struct {
	all *table[t8.NetworkStatusSubscription]
}

func newStatus(root string) t8.NetworkStatus {
	return &status{
		newTable(root, "3gpp-net-stat-report", func(v *t8.NetworkStatusSubscription) *string { return &v.Self }),
	}
}

func (t *status) Subscriptions(_ context.Context, s id.SCSASID) ([]t8.NetworkStatusSubscription, error) {
	return t.all.list(t.all.uri(s, "subscriptions"))
}

func (t *status) CreateSubscription(_ context.Context, s id.SCSASID, v *t8.NetworkStatusSubscription) (*t8.NetworkStatusSubscription, error) {
	return t.all.create(t.all.uri(s, "subscriptions"), v)
}

func (t *status) Subscription(_ context.Context, s id.SCSASID, i string) (*t8.NetworkStatusSubscription, error) {
	return t.all.get(t.all.uri(s, "subscriptions", i))
}

func (t *status) ReplaceSubscription(_ context.Context, s id.SCSASID, i string, v *t8.NetworkStatusSubscription) (*t8.NetworkStatusSubscription, error) {
	return t.all.replace(t.all.uri(s, "subscriptions", i), v)
}

func (t *status) ModifySubscription(_ context.Context, s id.SCSASID, i string, p *t8.NetworkStatusSubscriptionPatch) (*t8.NetworkStatusSubscription, error) {
	return t.all.change(t.all.uri(s, "subscriptions", i), p.Apply)
}

func (t *status) DeleteSubscription(_ context.Context, s id.SCSASID, i string) error {
	return t.all.remove(t.all.uri(s, "subscriptions", i))
}

// np stands in for network parameters.
type np struct {
	all *table[t8.NetworkParameters]
}

func newNP(root string) t8.NPConfiguration {
	return &np{
		newTable(root, "3gpp-network-parameter-configuration", func(v *t8.NetworkParameters) *string { return &v.Self }),
	}
}

func (t *np) Configurations(_ context.Context, s id.SCSASID) ([]t8.NetworkParameters, error) {
	return t.all.list(t.all.uri(s, "configurations"))
}

func (t *np) CreateConfiguration(_ context.Context, s id.SCSASID, v *t8.NetworkParameters) (*t8.NetworkParameters, error) {
	return t.all.create(t.all.uri(s, "configurations"), v)
}

func (t *np) Configuration(_ context.Context, s id.SCSASID, i string) (*t8.NetworkParameters, error) {
	return t.all.get(t.all.uri(s, "configurations", i))
}

func (t *np) ReplaceConfiguration(_ context.Context, s id.SCSASID, i string, v *t8.NetworkParameters) (*t8.NetworkParameters, error) {
	return t.all.replace(t.all.uri(s, "configurations", i), v)
}

func (t *np) ModifyConfiguration(_ context.Context, s id.SCSASID, i string, p *t8.NetworkParametersPatch) (*t8.NetworkParameters, error) {
	return t.all.change(t.all.uri(s, "configurations", i), p.Apply)
}

func (t *np) DeleteConfiguration(_ context.Context, s id.SCSASID, i string) ([]t8.ConfigResult, error) {
	return nil, t.all.remove(t.all.uri(s, "configurations", i))
}

// racs stands in for the provisioning of radio capabilities.
type racs struct {
	all *table[t8.RACSProvisioningData]
}

func newRACS(root string) t8.RACSParameterProvisioning {
	return &racs{
		newTable(root, "3gpp-racs-pp", func(v *t8.RACSProvisioningData) *string { return &v.Self }),
	}
}

func (t *racs) Provisionings(_ context.Context, s id.SCSASID) ([]t8.RACSProvisioningData, error) {
	return t.all.list(t.all.uri(s, "provisionings"))
}

func (t *racs) CreateProvisioning(_ context.Context, s id.SCSASID, v *t8.RACSProvisioningData) (*t8.RACSProvisioningData, error) {
	return t.all.create(t.all.uri(s, "provisionings"), v)
}

func (t *racs) Provisioning(_ context.Context, s id.SCSASID, i string) (*t8.RACSProvisioningData, error) {
	return t.all.get(t.all.uri(s, "provisionings", i))
}

func (t *racs) ReplaceProvisioning(_ context.Context, s id.SCSASID, i string, v *t8.RACSProvisioningData) (*t8.RACSProvisioningData, error) {
	return t.all.replace(t.all.uri(s, "provisionings", i), v)
}

func (t *racs) ModifyProvisioning(_ context.Context, s id.SCSASID, i string, p *t8.RACSProvisioningDataPatch) (*t8.RACSProvisioningData, error) {
	return t.all.change(t.all.uri(s, "provisionings", i), p.Apply)
}

func (t *racs) DeleteProvisioning(_ context.Context, s id.SCSASID, i string) error {
	return t.all.remove(t.all.uri(s, "provisionings", i))
}

// mb2 stands in for group messages by MB2.
type mb2 struct {
	tmgis      *table[t8.TMGIAllocation]
	deliveries *table[t8.GMDMB2Delivery]
}

func newMB2(root string) t8.GMDViaMBMSByMB2 {
	return &mb2{
		newTable(root, "3gpp-group-message-delivery-mb2", func(v *t8.TMGIAllocation) *string { return &v.Self }),
		newTable(root, "3gpp-group-message-delivery-mb2", func(v *t8.GMDMB2Delivery) *string { return &v.Self }),
	}
}

func (t *mb2) TMGIAllocations(_ context.Context, s id.SCSASID) ([]t8.TMGIAllocation, error) {
	return t.tmgis.list(t.tmgis.uri(s, "tmgi-allocation"))
}

func (t *mb2) CreateTMGIAllocation(_ context.Context, s id.SCSASID, v *t8.TMGIAllocation) (*t8.TMGIAllocation, error) {
	return t.tmgis.create(t.tmgis.uri(s, "tmgi-allocation"), v)
}

func (t *mb2) TMGIAllocation(_ context.Context, s id.SCSASID, i string) (*t8.TMGIAllocation, error) {
	return t.tmgis.get(t.tmgis.uri(s, "tmgi-allocation", i))
}

func (t *mb2) ReplaceTMGIAllocation(_ context.Context, s id.SCSASID, i string, v *t8.TMGIAllocation) (*t8.TMGIAllocation, error) {
	return t.tmgis.replace(t.tmgis.uri(s, "tmgi-allocation", i), v)
}

func (t *mb2) ModifyTMGIAllocation(_ context.Context, s id.SCSASID, i string, p *t8.TMGIAllocationPatch) (*t8.TMGIAllocation, error) {
	return t.tmgis.change(t.tmgis.uri(s, "tmgi-allocation", i), p.Apply)
}

func (t *mb2) DeleteTMGIAllocation(_ context.Context, s id.SCSASID, i string) error {
	return t.tmgis.remove(t.tmgis.uri(s, "tmgi-allocation", i))
}

func (t *mb2) Deliveries(_ context.Context, s id.SCSASID, tmgi string) ([]t8.GMDMB2Delivery, error) {
	return t.deliveries.list(t.deliveries.uri(s, "tmgi-allocation", tmgi, "delivery-via-mbms"))
}

func (t *mb2) CreateDelivery(_ context.Context, s id.SCSASID, tmgi string, v *t8.GMDMB2Delivery) (*t8.GMDMB2Delivery, error) {
	return t.deliveries.create(t.deliveries.uri(s, "tmgi-allocation", tmgi, "delivery-via-mbms"), v)
}

func (t *mb2) Delivery(_ context.Context, s id.SCSASID, tmgi, i string) (*t8.GMDMB2Delivery, error) {
	return t.deliveries.get(t.deliveries.uri(s, "tmgi-allocation", tmgi, "delivery-via-mbms", i))
}

func (t *mb2) ReplaceDelivery(_ context.Context, s id.SCSASID, tmgi, i string, v *t8.GMDMB2Delivery) (*t8.GMDMB2Delivery, error) {
	return t.deliveries.replace(t.deliveries.uri(s, "tmgi-allocation", tmgi, "delivery-via-mbms", i), v)
}

func (t *mb2) ModifyDelivery(_ context.Context, s id.SCSASID, tmgi, i string, p *t8.GMDMB2DeliveryPatch) (*t8.GMDMB2Delivery, error) {
	return t.deliveries.change(t.deliveries.uri(s, "tmgi-allocation", tmgi, "delivery-via-mbms", i), p.Apply)
}

func (t *mb2) DeleteDelivery(_ context.Context, s id.SCSASID, tmgi, i string) error {
	return t.deliveries.remove(t.deliveries.uri(s, "tmgi-allocation", tmgi, "delivery-via-mbms", i))
}

// xmb stands in for group messages by xMB.
type xmb struct {
	services   *table[t8.XMBService]
	deliveries *table[t8.GMDXMBDelivery]
}

func newXMB(root string) t8.GMDViaMBMSByXMB {
	return &xmb{
		newTable(root, "3gpp-group-message-delivery-xmb", func(v *t8.XMBService) *string { return &v.Self }),
		newTable(root, "3gpp-group-message-delivery-xmb", func(v *t8.GMDXMBDelivery) *string { return &v.Self }),
	}
}

func (t *xmb) Services(_ context.Context, s id.SCSASID) ([]t8.XMBService, error) {
	return t.services.list(t.services.uri(s, "services"))
}

func (t *xmb) CreateService(_ context.Context, s id.SCSASID, v *t8.XMBService) (*t8.XMBService, error) {
	return t.services.create(t.services.uri(s, "services"), v)
}

func (t *xmb) Service(_ context.Context, s id.SCSASID, i string) (*t8.XMBService, error) {
	return t.services.get(t.services.uri(s, "services", i))
}

func (t *xmb) DeleteService(_ context.Context, s id.SCSASID, i string) error {
	return t.services.remove(t.services.uri(s, "services", i))
}

func (t *xmb) Deliveries(_ context.Context, s id.SCSASID, service string) ([]t8.GMDXMBDelivery, error) {
	return t.deliveries.list(t.deliveries.uri(s, "services", service, "delivery-via-mbms"))
}

func (t *xmb) CreateDelivery(_ context.Context, s id.SCSASID, service string, v *t8.GMDXMBDelivery) (*t8.GMDXMBDelivery, error) {
	return t.deliveries.create(t.deliveries.uri(s, "services", service, "delivery-via-mbms"), v)
}

func (t *xmb) Delivery(_ context.Context, s id.SCSASID, service, i string) (*t8.GMDXMBDelivery, error) {
	return t.deliveries.get(t.deliveries.uri(s, "services", service, "delivery-via-mbms", i))
}

func (t *xmb) ReplaceDelivery(_ context.Context, s id.SCSASID, service, i string, v *t8.GMDXMBDelivery) (*t8.GMDXMBDelivery, error) {
	return t.deliveries.replace(t.deliveries.uri(s, "services", service, "delivery-via-mbms", i), v)
}

func (t *xmb) ModifyDelivery(_ context.Context, s id.SCSASID, service, i string, p *t8.GMDXMBDeliveryPatch) (*t8.GMDXMBDelivery, error) {
	return t.deliveries.change(t.deliveries.uri(s, "services", service, "delivery-via-mbms", i), p.Apply)
}

func (t *xmb) DeleteDelivery(_ context.Context, s id.SCSASID, service, i string) error {
	return t.deliveries.remove(t.deliveries.uri(s, "services", service, "delivery-via-mbms", i))
}

// cp stands in for communication patterns.
type cp struct {
	all *table[t8.CPInfo]
}

func newCP(root string) t8.CPProvisioning {
	return &cp{
		newTable(root, "3gpp-cp-parameter-provisioning", func(v *t8.CPInfo) *string { return &v.Self }),
	}
}

func (t *cp) Subscriptions(_ context.Context, s id.SCSASID) ([]t8.CPInfo, error) {
	return t.all.list(t.all.uri(s, "subscriptions"))
}

func (t *cp) CreateSubscription(_ context.Context, s id.SCSASID, v *t8.CPInfo) (*t8.CPInfo, error) {
	return t.all.create(t.all.uri(s, "subscriptions"), v)
}

func (t *cp) Subscription(_ context.Context, s id.SCSASID, i string) (*t8.CPInfo, error) {
	return t.all.get(t.all.uri(s, "subscriptions", i))
}

func (t *cp) ReplaceSubscription(_ context.Context, s id.SCSASID, i string, v *t8.CPInfo) (*t8.CPInfo, error) {
	return t.all.replace(t.all.uri(s, "subscriptions", i), v)
}

func (t *cp) DeleteSubscription(_ context.Context, s id.SCSASID, i string) error {
	return t.all.remove(t.all.uri(s, "subscriptions", i))
}

// pfd stands in for packet flow descriptions.
type pfd struct {
	all *table[t8.PFDTransaction]
}

func newPFD(root string) t8.PFDManagement {
	return &pfd{
		newTable(root, "3gpp-pfd-management", func(v *t8.PFDTransaction) *string { return &v.Self }),
	}
}

func (t *pfd) Transactions(_ context.Context, s id.SCSASID, _ t8.PFDFilter) ([]t8.PFDTransaction, error) {
	return t.all.list(t.all.uri(s, "transactions"))
}

func (t *pfd) CreateTransaction(_ context.Context, s id.SCSASID, v *t8.PFDTransaction) (*t8.PFDTransaction, error) {
	return t.all.create(t.all.uri(s, "transactions"), v)
}

func (t *pfd) Transaction(_ context.Context, s id.SCSASID, i string) (*t8.PFDTransaction, error) {
	return t.all.get(t.all.uri(s, "transactions", i))
}

func (t *pfd) ReplaceTransaction(_ context.Context, s id.SCSASID, i string, v *t8.PFDTransaction) (*t8.PFDTransaction, error) {
	return t.all.replace(t.all.uri(s, "transactions", i), v)
}

func (t *pfd) ModifyTransaction(_ context.Context, s id.SCSASID, i string, p *t8.PFDTransactionPatch) (*t8.PFDTransaction, error) {
	return t.all.change(t.all.uri(s, "transactions", i), p.Apply)
}

func (t *pfd) DeleteTransaction(_ context.Context, s id.SCSASID, i string) error {
	return t.all.remove(t.all.uri(s, "transactions", i))
}

// part changes one value of a map of a resource by f, which may be nil, or removes it.
func part[T, P any](t *table[T], uri string, of func(*T) map[string]P, is func(key string, p *P) bool, f func(*P) error, remove bool) (*P, error) {
	var found *P
	_, err := t.change(uri, func(v *T) error {
		for key, p := range of(v) {
			if !is(key, &p) {
				continue
			}
			if f != nil {
				if err := f(&p); err != nil {
					return err
				}
			}
			found = &p
			if remove {
				delete(of(v), key)
			} else {
				of(v)[key] = p
			}
			return nil
		}
		return errNone
	})
	return found, err
}

func (t *cp) set(s id.SCSASID, i, set string, f func(*t8.CPParameterSet) error, remove bool) (*t8.CPParameterSet, error) {
	return part(t.all, t.all.uri(s, "subscriptions", i), func(v *t8.CPInfo) map[string]t8.CPParameterSet { return v.CPParameterSets },
		func(key string, p *t8.CPParameterSet) bool { return key == set || p.SetID == set }, f, remove)
}

func (t *cp) ParameterSet(_ context.Context, s id.SCSASID, i, set string) (*t8.CPParameterSet, error) {
	return t.set(s, i, set, nil, false)
}

func (t *cp) ReplaceParameterSet(_ context.Context, s id.SCSASID, i, set string, v *t8.CPParameterSet) (*t8.CPParameterSet, error) {
	return t.set(s, i, set, func(p *t8.CPParameterSet) error { *p = *v; return nil }, false)
}

func (t *cp) DeleteParameterSet(_ context.Context, s id.SCSASID, i, set string) error {
	_, err := t.set(s, i, set, nil, true)
	return err
}

func (t *pfd) app(s id.SCSASID, i, app string, f func(*t8.PFDData) error, remove bool) (*t8.PFDData, error) {
	return part(t.all, t.all.uri(s, "transactions", i), func(v *t8.PFDTransaction) map[string]t8.PFDData { return v.PFDDatas },
		func(key string, p *t8.PFDData) bool { return key == app || p.ExternalAppID == app }, f, remove)
}

func (t *pfd) Application(_ context.Context, s id.SCSASID, i, app string) (*t8.PFDData, error) {
	return t.app(s, i, app, nil, false)
}

func (t *pfd) ReplaceApplication(_ context.Context, s id.SCSASID, i, app string, v *t8.PFDData) (*t8.PFDData, error) {
	return t.app(s, i, app, func(p *t8.PFDData) error { *p = *v; return nil }, false)
}

func (t *pfd) ModifyApplication(_ context.Context, s id.SCSASID, i, app string, v *t8.PFDDataPatch) (*t8.PFDData, error) {
	return t.app(s, i, app, v.Apply, false)
}

func (t *pfd) DeleteApplication(_ context.Context, s id.SCSASID, i, app string) error {
	_, err := t.app(s, i, app, nil, true)
	return err
}

// ecr stands in for the control of enhanced coverage: nothing is restricted.
type ecr struct{}

func (ecr) Query(context.Context, id.SCSASID, *t8.ECRRequest) (*t8.ECRData, error) {
	return &t8.ECRData{SupportedFeatures: "0"}, nil
}

func (ecr) Configure(context.Context, id.SCSASID, *t8.ECRRequest) (*t8.ECRData, error) {
	return &t8.ECRData{SupportedFeatures: "0"}, nil
}

// monitoring stands in for event monitoring. It reports nothing.
type monitoring struct {
	all *table[t8.MonitoringEventSubscription]
}

func newMonitoring(root string) t8.MonitoringEvent {
	return &monitoring{newTable(root, "3gpp-monitoring-event", func(v *t8.MonitoringEventSubscription) *string { return &v.Self })}
}

func (t *monitoring) Subscriptions(_ context.Context, s id.SCSASID, _ t8.UEFilter) ([]t8.MonitoringEventSubscription, error) {
	return t.all.list(t.all.uri(s, "subscriptions"))
}

func (t *monitoring) CreateSubscription(_ context.Context, s id.SCSASID, v *t8.MonitoringEventSubscription) (*t8.MonitoringEventSubscription, []t8.MonitoringEventReport, error) {
	v, err := t.all.create(t.all.uri(s, "subscriptions"), v)
	return v, nil, err
}

func (t *monitoring) Subscription(_ context.Context, s id.SCSASID, i string) (*t8.MonitoringEventSubscription, error) {
	return t.all.get(t.all.uri(s, "subscriptions", i))
}

func (t *monitoring) ReplaceSubscription(_ context.Context, s id.SCSASID, i string, v *t8.MonitoringEventSubscription) (*t8.MonitoringEventSubscription, error) {
	return t.all.replace(t.all.uri(s, "subscriptions", i), v)
}

func (t *monitoring) ModifySubscription(_ context.Context, s id.SCSASID, i string, p t8.JSONPatch) error {
	_, err := t.all.change(t.all.uri(s, "subscriptions", i), p.Apply)
	return err
}

func (t *monitoring) DeleteSubscription(_ context.Context, s id.SCSASID, i string) ([]t8.MonitoringEventReport, error) {
	return nil, t.all.remove(t.all.uri(s, "subscriptions", i))
}

// moSMS stands in for an SCS/AS that takes short messages.
type moSMS struct{}

func (moSMS) DeliverMOSMS(context.Context, *t8.MSISDNLessMOSMSNotification) (*t8.MSISDNLessMOSMSNotificationReply, error) {
	return &t8.MSISDNLessMOSMSNotificationReply{SupportedFeatures: t8.FeatureSet(1)}, nil
}
