vcl 4.1;

# Varnish 7.0 or later in front of ImageService. See docs/edge.md.
#
#   varnishd -a :80 -f deploy/edge/varnish.vcl -s malloc,1g -p vsl_mask=-Hash -p http_resp_hdr_len=16k
#
# Public images are cached by path; private ones pass through, because only the origin can judge their signature.

import std;

backend default {
    .host = "127.0.0.1";
    .port = "8080";
    .connect_timeout = 2s;
    .first_byte_timeout = 60s;
    .between_bytes_timeout = 10s;
    .probe = { .url = "/health/live"; .interval = 5s; .timeout = 2s; .window = 5; .threshold = 3; .initial = 3; }
}

# Who may send PURGE and BAN: the workers' addresses.
acl purgers {
    "127.0.0.1";
    "::1";
}

sub vcl_recv {
    if (req.method == "PURGE" || req.method == "BAN") {
        if (client.ip !~ purgers) {
            return (synth(405, "Not allowed"));
        }
        if (req.method == "PURGE") {
            set req.url = regsub(req.url, "\?.*$", "");
            return (purge);
        }
        call ban_by_tag;
    }

    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }

    if (req.url !~ "^/v1/pub/") {
        return (pass);
    }

    # Nothing a public image depends on stands in its query, its cookies or its credentials.
    set req.url = regsub(req.url, "\?.*$", "");
    unset req.http.Cookie;
    unset req.http.Authorization;
    call normalise_accept;
    call normalise_save_data;

    # Hints that decide a width are sorted into the steps of the public ladder; viewport times ratio is the origin's to multiply.
    if (req.url !~ "/((.*-)?w_auto|(.*-)?preset_[a-z0-9_]+)[-.]") {
        call forget_hints;
    } elsif (req.http.Sec-CH-Width || req.http.Width) {
        call normalise_width;
    } elsif (req.http.Sec-CH-Viewport-Width || req.http.Viewport-Width) {
        return (pass);
    } else {
        call forget_hints;
    }

    # While the origin is well, a stale image is served for a few minutes at most, and renewed behind the answer.
    if (std.healthy(req.backend_hint)) {
        set req.grace = 5m;
    }
    return (hash);
}

# BAN with a Cache-Tag header: a regular expression over the stored Cache-Tag values, such as (^|,)(asset:01ABC|org:acme)(,|$).
sub ban_by_tag {
    if (!req.http.Cache-Tag || req.http.Cache-Tag !~ "^[A-Za-z0-9_:./()|^,$-]+$") {
        return (synth(400, "BAN needs a Cache-Tag pattern of letters, digits and _ : . / ( ) | ^ , $ -"));
    }
    if (std.ban("obj.http.Cache-Tag ~ " + req.http.Cache-Tag)) {
        return (synth(200, "Banned"));
    }
    return (synth(400, std.ban_error()));
}

# Four classes, so that an image has at most four stored forms: JPEG XL beside AVIF and WebP, AVIF and WebP, WebP, none of them.
# A format named with q=0 is refused by the client and does not count; other weights are not compared here.
sub normalise_accept {
    if (req.http.Accept ~ "(?i)(^|[, ])image/jxl(?![a-z0-9.+-])(?!\s*;[^,]*\bq\s*=\s*0(\.0*)?\s*($|[,;]))"
        && req.http.Accept ~ "(?i)(^|[, ])image/avif(?![a-z0-9.+-])(?!\s*;[^,]*\bq\s*=\s*0(\.0*)?\s*($|[,;]))") {
        set req.http.Accept = "image/jxl,image/avif,image/webp,*/*";
    } elsif (req.http.Accept ~ "(?i)(^|[, ])image/avif(?![a-z0-9.+-])(?!\s*;[^,]*\bq\s*=\s*0(\.0*)?\s*($|[,;]))") {
        set req.http.Accept = "image/avif,image/webp,*/*";
    } elsif (req.http.Accept ~ "(?i)(^|[, ])image/webp(?![a-z0-9.+-])(?!\s*;[^,]*\bq\s*=\s*0(\.0*)?\s*($|[,;]))") {
        set req.http.Accept = "image/webp,*/*";
    } else {
        set req.http.Accept = "*/*";
    }
}

sub forget_hints {
    unset req.http.Sec-CH-Width;
    unset req.http.Width;
    unset req.http.Sec-CH-DPR;
    unset req.http.DPR;
    unset req.http.Sec-CH-Viewport-Width;
    unset req.http.Viewport-Width;
}

sub normalise_width {
    if (req.http.Sec-CH-Width) {
        set req.http.X-Hint = req.http.Sec-CH-Width;
    } else {
        set req.http.X-Hint = req.http.Width;
    }
    call forget_hints;
    if (req.http.X-Hint !~ "^[0-9]{1,5}$" || req.http.X-Hint ~ "^0+$") {
        unset req.http.X-Hint;
        return;
    }
    if (std.integer(req.http.X-Hint, 0) <= 16) {
        set req.http.Sec-CH-Width = "16";
    } elsif (std.integer(req.http.X-Hint, 0) <= 32) {
        set req.http.Sec-CH-Width = "32";
    } elsif (std.integer(req.http.X-Hint, 0) <= 48) {
        set req.http.Sec-CH-Width = "48";
    } elsif (std.integer(req.http.X-Hint, 0) <= 64) {
        set req.http.Sec-CH-Width = "64";
    } elsif (std.integer(req.http.X-Hint, 0) <= 96) {
        set req.http.Sec-CH-Width = "96";
    } elsif (std.integer(req.http.X-Hint, 0) <= 128) {
        set req.http.Sec-CH-Width = "128";
    } elsif (std.integer(req.http.X-Hint, 0) <= 192) {
        set req.http.Sec-CH-Width = "192";
    } elsif (std.integer(req.http.X-Hint, 0) <= 256) {
        set req.http.Sec-CH-Width = "256";
    } elsif (std.integer(req.http.X-Hint, 0) <= 320) {
        set req.http.Sec-CH-Width = "320";
    } elsif (std.integer(req.http.X-Hint, 0) <= 384) {
        set req.http.Sec-CH-Width = "384";
    } elsif (std.integer(req.http.X-Hint, 0) <= 480) {
        set req.http.Sec-CH-Width = "480";
    } elsif (std.integer(req.http.X-Hint, 0) <= 640) {
        set req.http.Sec-CH-Width = "640";
    } elsif (std.integer(req.http.X-Hint, 0) <= 750) {
        set req.http.Sec-CH-Width = "750";
    } elsif (std.integer(req.http.X-Hint, 0) <= 828) {
        set req.http.Sec-CH-Width = "828";
    } elsif (std.integer(req.http.X-Hint, 0) <= 960) {
        set req.http.Sec-CH-Width = "960";
    } elsif (std.integer(req.http.X-Hint, 0) <= 1080) {
        set req.http.Sec-CH-Width = "1080";
    } elsif (std.integer(req.http.X-Hint, 0) <= 1200) {
        set req.http.Sec-CH-Width = "1200";
    } elsif (std.integer(req.http.X-Hint, 0) <= 1440) {
        set req.http.Sec-CH-Width = "1440";
    } elsif (std.integer(req.http.X-Hint, 0) <= 1600) {
        set req.http.Sec-CH-Width = "1600";
    } elsif (std.integer(req.http.X-Hint, 0) <= 1920) {
        set req.http.Sec-CH-Width = "1920";
    } elsif (std.integer(req.http.X-Hint, 0) <= 2048) {
        set req.http.Sec-CH-Width = "2048";
    } elsif (std.integer(req.http.X-Hint, 0) <= 2560) {
        set req.http.Sec-CH-Width = "2560";
    } elsif (std.integer(req.http.X-Hint, 0) <= 3200) {
        set req.http.Sec-CH-Width = "3200";
    } else {
        set req.http.Sec-CH-Width = "3840";
    }
    unset req.http.X-Hint;
}

# On or not at all, and only where an automatic quality can be lowered.
sub normalise_save_data {
    if (req.http.Save-Data ~ "(?i)^\s*on\s*(;|$)" && req.url ~ "/((.*-)?q_auto|(.*-)?preset_[a-z0-9_]+)[-.]") {
        set req.http.Save-Data = "on";
    } else {
        unset req.http.Save-Data;
    }
}

# By path alone: a public image is the same under every host name.
sub vcl_hash {
    hash_data(req.url);
    return (lookup);
}

sub vcl_backend_response {
    if (bereq.uncacheable) {
        return (deliver);
    }

    # A failing origin must not replace an image that can still be served stale.
    if (beresp.status >= 500 && bereq.is_bgfetch) {
        return (abandon);
    }
    if (beresp.status >= 500 || beresp.status == 401 || beresp.status == 403 || beresp.status == 429) {
        set beresp.uncacheable = true;
        set beresp.ttl = 0s;
        return (deliver);
    }
    if (beresp.status >= 400) {
        set beresp.ttl = 5s;
        set beresp.grace = 0s;
        return (deliver);
    }
    if (beresp.http.Cache-Control ~ "(?i)(private|no-store)") {
        set beresp.uncacheable = true;
        set beresp.ttl = 0s;
        return (deliver);
    }

    # A day of grace helps while the origin is away (vcl_recv allows less while it is well), and ETags make revalidation cheap.
    set beresp.grace = 24h;
    set beresp.keep = 24h;
    unset beresp.http.Set-Cookie;
}

sub vcl_deliver {
    if (obj.hits > 0) {
        set resp.http.X-Edge-Cache = "HIT";
    } else {
        set resp.http.X-Edge-Cache = "MISS";
    }
    unset resp.http.X-Varnish;
    unset resp.http.Via;
}
