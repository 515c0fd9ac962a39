"""One network (一张网): records under social credit codes, pulled and pushed between platforms, versioned."""
