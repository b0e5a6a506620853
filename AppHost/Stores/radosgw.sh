#!/usr/bin/env bash
# A small S3 server on this machine: Ceph's radosgw with one monitor and one object daemon, all on 127.0.0.1, until its parent ends or it is told to stop.
# radosgw.sh FOLDER PORT PARENT_PID [memory|disk], with S3_ACCESS_KEY and S3_SECRET_KEY in its environment, because command lines are public.
# Takes the ports from PORT to PORT+2, and one of those from PORT+10 to PORT+40. Prints "ready" once it answers. Storage classes: STANDARD_IA and GLACIER_IR.
# Needs Debian's radosgw, ceph-mon and ceph-osd.
set -euo pipefail
folder=$1 port=$2 parent=$3 kind=${4:-memory}
access=$S3_ACCESS_KEY secret=$S3_SECRET_KEY
unset S3_ACCESS_KEY S3_SECRET_KEY
mkdir -p "$folder"/{mon,osd,run}
cd "$folder"
fsid=5b0a2f0e-4a53-4d1b-9a43-6a1f6f2f7c01
children=()
stop() {
    trap - EXIT TERM INT
    # What is in memory is lost anyway; what is on disk is closed in order, the gateway first.
    [[ $kind == memory ]] && signal=KILL || signal=TERM
    for ((i = ${#children[@]} - 1; i >= 0; i--)); do kill -$signal "${children[i]}" 2>/dev/null || true; done
    wait "${children[@]}" 2>/dev/null || true
}
trap stop EXIT
trap 'exit 0' TERM INT

if [[ $kind == disk ]]; then
    backend='osd objectstore = bluestore
bluestore block size = 4294967296
bluestore fsck quick fix on mount = false
osd memory target = 939524096'
else
    backend='osd objectstore = memstore
memstore device bytes = 4294967296'
fi

cat > ceph.conf <<CONF
[global]
fsid = $fsid
mon initial members = a
mon host = [v2:127.0.0.1:$((port + 1)),v1:127.0.0.1:$((port + 2))]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
ms bind port min = $((port + 10))
ms bind port max = $((port + 40))
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
auth allow insecure global id reclaim = false
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail warn = 1
$backend
mon data = $folder/mon
osd data = $folder/osd
run dir = $folder/run
admin socket = $folder/run/\$name.asok
log file = $folder/run/\$name.log
keyring = $folder/keyring
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:$port tcp_nodelay=1
rgw data = $folder/rgw
rgw thread pool size = 64
rgw gc obj min wait = 60
CONF
export CEPH_CONF=$folder/ceph.conf
as_gateway=(-n client.rgw --keyring "$folder/keyring")

if [[ ! -f made ]]; then
    ceph-authtool --create-keyring keyring --gen-key -n mon. --cap mon 'allow *' > run/made.log
    ceph-authtool keyring --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' >> run/made.log
    ceph-authtool keyring --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' >> run/made.log
    ceph-authtool keyring --gen-key -n client.rgw --cap mon 'allow *' --cap osd 'allow *' >> run/made.log
    monmaptool --create --clobber --fsid $fsid --addv a "[v2:127.0.0.1:$((port + 1)),v1:127.0.0.1:$((port + 2))]" monmap >> run/made.log
    ceph-mon -i a --mkfs --monmap monmap --keyring keyring >> run/made.log 2>&1
fi

ceph-mon -i a -f > run/mon.out 2>&1 &
children+=($!)
if [[ ! -f made ]]; then
    timeout 120 ceph osd new 5b0a2f0e-4a53-4d1b-9a43-6a1f6f2f7c02 >> run/made.log 2>&1
    ceph-osd -i 0 --mkfs --osd-uuid 5b0a2f0e-4a53-4d1b-9a43-6a1f6f2f7c02 >> run/made.log 2>&1
fi

ceph-osd -i 0 -f > run/osd.out 2>&1 &
children+=($!)
if [[ ! -f made ]]; then
    timeout 180 radosgw-admin "${as_gateway[@]}" user create --uid=imageservice --display-name=imageservice --access-key="$access" --secret-key="$secret" >> run/made.log 2>&1
    for class in STANDARD_IA GLACIER_IR; do
        radosgw-admin "${as_gateway[@]}" zonegroup placement add --rgw-zonegroup default --placement-id default-placement --storage-class "$class" >> run/made.log 2>&1
        radosgw-admin "${as_gateway[@]}" zone placement add --rgw-zone default --placement-id default-placement --storage-class "$class" \
            --data-pool default.rgw.buckets.data >> run/made.log 2>&1
    done
    touch made
fi

radosgw "${as_gateway[@]}" -f > run/rgw.out 2>&1 &
children+=($!)
for ((i = 0; i < 1200; i++)); do
    if (exec 3<> "/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; fi
    kill -0 "${children[2]}" 2>/dev/null || { echo "radosgw ended: $(tail -3 run/rgw.out run/client.rgw.log 2>/dev/null)" >&2; exit 1; }
    sleep 0.1
done
echo ready
while kill -0 "$parent" 2>/dev/null && kill -0 "${children[2]}" 2>/dev/null; do
    sleep 1 &
    wait $! # a signal is answered at once, not after the pause
done
