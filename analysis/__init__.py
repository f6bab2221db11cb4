"""研判: from raw text to what it says about which policy. Pure: no store, no network, no clock."""
