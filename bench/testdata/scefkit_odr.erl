%% An SCEF on Erlang/OTP's diameter application that answers every ODR with success, for a benchmark. It listens on the port
%% of the environment variable PORT, tells so in a line, and ends with its standard input.
-module(scefkit_odr).
-include_lib("diameter/include/diameter.hrl").
-include("scefkit_t6a.hrl").
-export([main/0]).
-export([peer_up/3, peer_down/3, pick_peer/4, prepare_request/3, prepare_retransmit/3, handle_answer/4, handle_error/4,
         handle_request/3]).

main() ->
    {ok, _} = application:ensure_all_started(diameter),
    ok = diameter:start_service(odr, [
        {'Origin-Host', os:getenv("HOST")}, {'Origin-Realm', os:getenv("REALM")}, {'Vendor-Id', 10415},
        {'Product-Name', "Erlang/OTP"}, {'Supported-Vendor-Id', [10415]},
        {'Vendor-Specific-Application-Id', [[{'Vendor-Id', 10415}, {'Auth-Application-Id', [16777346]}]]},
        {string_decode, false}, {restrict_connections, false},
        {application, [{alias, odr}, {dictionary, scefkit_t6a}, {module, ?MODULE}]}]),
    {ok, _} = diameter:add_transport(odr, {listen, [{transport_module, diameter_tcp},
        {transport_config, [{ip, {127, 0, 0, 1}}, {port, list_to_integer(os:getenv("PORT"))}]}]}),
    io:format("up~n"),
    eof = io:get_line(""),
    halt(0).

peer_up(_, _, State) -> State.
peer_down(_, _, State) -> State.
pick_peer(_, _, _, _) -> false.
prepare_request(Packet, _, _) -> {send, Packet}.
prepare_retransmit(Packet, _, _) -> {send, Packet}.
handle_answer(_, _, _, _) -> ok.
handle_error(_, _, _, _) -> ok.

handle_request(#diameter_packet{msg = #scefkit_t6a_ODR{'Session-Id' = Id, 'DRMP' = DRMP}, errors = []}, _,
               {_, #diameter_caps{origin_host = {Host, _}, origin_realm = {Realm, _}}}) ->
    {reply, #scefkit_t6a_ODA{'Session-Id' = Id, 'DRMP' = DRMP, 'Result-Code' = [2001], 'Auth-Session-State' = 1,
        'Origin-Host' = Host, 'Origin-Realm' = Realm}}.
