/* What hal/moddable/native.ts and hal/moddable/esp32/native.ts ask of ESP-IDF 6 (SDK's EXPECTED_ESP_IDF). */
#include "xsmc.h"
#include "xsHost.h"
#include "mc.xs.h"

#include "bootloader_random.h"
#include "driver/gpio.h"
#include "esp_attr.h"
#include "app_update/include/esp_ota_ops.h"
#include "esp_partition.h"
#include "esp_random.h"
#include "esp_sleep.h"
#include "esp_system.h"
#include "esp_task_wdt.h"
#include "esp_timer.h"
#include "esp_wifi.h"

/* The numbers of WakeCause in hal/ports/power.ts. */
enum {
	kPowerOn = 0,
	kButton = 1,
	kMainsBack = 2,
	kTimer = 3,
	kWatchdog = 4,
	kBrownOut = 5,
	kSoftware = 6
};

void xs_smartbox_monotonicMs(xsMachine *the)
{
	xsmcSetNumber(xsResult, (double)(esp_timer_get_time() / 1000));
}

/* The generator is true only while the radio runs; the SAR ADC feeds it when that is off (ESP-IDF, "Random Number Generation"). */
void xs_smartbox_fillRandom(xsMachine *the)
{
	void *bytes;
	xsUnsignedValue length;
	wifi_mode_t mode;
	int isRadioOff = (ESP_OK != esp_wifi_get_mode(&mode)) || (WIFI_MODE_NULL == mode);

	xsmcGetBufferWritable(xsArg(0), &bytes, &length);
	if (isRadioOff)
		bootloader_random_enable();
	esp_fill_random(bytes, length);
	if (isRadioOff)
		bootloader_random_disable();
	xsmcSetTrue(xsResult);
}

/*
	A user of the task watchdog of its own: the SDK's loop feeds the loop's task, however little of the firmware still runs.
*/
void xs_smartbox_armWatchdog(xsMachine *the)
{
	static esp_task_wdt_user_handle_t user;
	static int armedMs;
	int ms = xsmcToInteger(xsArg(0));

	if (armedMs != ms) {
		esp_task_wdt_config_t config = { .timeout_ms = ms, .idle_core_mask = 0, .trigger_panic = true };
		esp_err_t err = esp_task_wdt_reconfigure(&config);
		if (ESP_ERR_INVALID_STATE == err)
			err = esp_task_wdt_init(&config);
		if ((ESP_OK == err) && !user)
			err = esp_task_wdt_add_user("firmware", &user);
		if (ESP_OK != err)
			xsUnknownError("no watchdog: %d", err);
		armedMs = ms;
	}
	esp_task_wdt_reset_user(user);
}

/* EXT0 is the button, EXT1 the mains; see deepSleep. Of several at once, somebody in front of the box comes first. */
static int sleepEndedBy(void)
{
	uint32_t causes = esp_sleep_get_wakeup_causes();

	if (causes & (1UL << ESP_SLEEP_WAKEUP_EXT0))
		return kButton;
	if (causes & (1UL << ESP_SLEEP_WAKEUP_EXT1))
		return kMainsBack;
	if (causes & (1UL << ESP_SLEEP_WAKEUP_TIMER))
		return kTimer;
	return kPowerOn;
}

void xs_smartbox_wakeCause(xsMachine *the)
{
	int cause = kPowerOn;

	switch (esp_reset_reason()) {
		case ESP_RST_DEEPSLEEP:
			cause = sleepEndedBy();
			break;
		case ESP_RST_PANIC:
		case ESP_RST_INT_WDT:
		case ESP_RST_TASK_WDT:
		case ESP_RST_WDT:
			cause = kWatchdog;
			break;
		case ESP_RST_BROWNOUT:
			cause = kBrownOut;
			break;
		case ESP_RST_SW:
			cause = kSoftware;
			break;
		default:
			break;
	}
	xsmcSetInteger(xsResult, cause);
}

/*
	RTC slow memory that the bootloader leaves alone at a reset: the crash port's. It may lose its supply in deep sleep, which is told
	from a crash by the wake.
*/
void xs_smartbox_keptMemory(xsMachine *the)
{
	static RTC_NOINIT_ATTR uint8_t kept[256];

	xsResult = xsNewHostObject(NULL);
	xsmcSetHostBuffer(xsResult, kept, sizeof(kept));
}

/* The beginning of a font file (hal/panel/font.ts), and what a row of its sheet takes. */
#define kFontMagic 0x31464253
#define kSheetRowBytes 128

/*
	Maps as much of the partition as the file takes: the ESP32 has 4 MiB for data in flash, the image's own included. Mapped once, for
	as long as the program runs.
*/
void xs_smartbox_lettersOfNames(xsMachine *the)
{
	static const void *mapped;
	static uint32_t length;
	esp_partition_mmap_handle_t handle;
	uint32_t header[3];
	const esp_partition_t *partition;

	if (!mapped) {
		partition = esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_ANY, "letters");
		if (!partition || (ESP_OK != esp_partition_read(partition, 0, header, sizeof(header))) || (kFontMagic != header[0]))
			return;
		length = header[2] + (header[1] >> 16) * kSheetRowBytes + sizeof(uint32_t);
		if ((header[2] > partition->size) || (length > partition->size))
			return;
		if (ESP_OK != esp_partition_mmap(partition, 0, length, ESP_PARTITION_MMAP_DATA, &mapped, &handle)) {
			mapped = NULL;
			return;
		}
	}
	xsResult = xsNewHostObject(NULL);
	xsmcSetHostBuffer(xsResult, (void *)mapped, length);
	xsmcPetrifyHostBuffer(xsResult);
}

void xs_smartbox_resetReason(xsMachine *the)
{
	switch (esp_reset_reason()) {
		case ESP_RST_PANIC:
			xsmcSetString(xsResult, "panic");
			break;
		case ESP_RST_INT_WDT:
			xsmcSetString(xsResult, "interrupt watchdog");
			break;
		case ESP_RST_TASK_WDT:
			xsmcSetString(xsResult, "task watchdog");
			break;
		case ESP_RST_WDT:
			xsmcSetString(xsResult, "watchdog");
			break;
		/* XS ends a program by a restart. */
		case ESP_RST_SW:
			xsmcSetString(xsResult, "ended by XS");
			break;
		default:
			break;
	}
}

/*
	deepSleep(buttonPin, mainsPin, seconds, isDeep): level-triggered, so that mains that came back in the meantime wakes at once. A
	button that is held wakes when it is let go: a stuck one would wake the box again and again until the cell is flat. Both pins
	have pull resistors on the board. seconds 0: no timer.
*/
void xs_smartbox_deepSleep(xsMachine *the)
{
	gpio_num_t button = (gpio_num_t)xsmcToInteger(xsArg(0));
	int mains = xsmcToInteger(xsArg(1));
	xsNumberValue seconds = xsmcToNumber(xsArg(2));

	esp_sleep_disable_wakeup_source(ESP_SLEEP_WAKEUP_ALL);
	if (ESP_OK != esp_sleep_enable_ext0_wakeup(button, 0 == gpio_get_level(button) ? 1 : 0))
		xsUnknownError("pin %d cannot wake", (int)button);
	if (ESP_OK != esp_sleep_enable_ext1_wakeup_io(1ULL << mains, ESP_EXT1_WAKEUP_ANY_HIGH))
		xsUnknownError("pin %d cannot wake", mains);
	if (seconds > 0)
		esp_sleep_enable_timer_wakeup((uint64_t)seconds * 1000000ULL);
#if SOC_PM_SUPPORT_RTC_SLOW_MEM_PD
	if (xsmcToBoolean(xsArg(3)))
		esp_sleep_pd_config(ESP_PD_DOMAIN_RTC_SLOW_MEM, ESP_PD_OPTION_OFF);
#endif
	esp_wifi_stop();
	esp_deep_sleep_start();
}

/* The number of an app partition among those of its kind: its slot. */
static int slotOf(const esp_partition_t *partition)
{
	return partition->subtype - ESP_PARTITION_SUBTYPE_APP_OTA_0;
}

void xs_smartbox_runningSlot(xsMachine *the)
{
	xsmcSetInteger(xsResult, slotOf(esp_ota_get_running_partition()));
}

/* startNext(slot): looks at the whole image first, and at its signature where secure boot is on. */
void xs_smartbox_startNext(xsMachine *the)
{
	int slot = xsmcToInteger(xsArg(0));
	const esp_partition_t *partition =
		esp_partition_find_first(ESP_PARTITION_TYPE_APP, ESP_PARTITION_SUBTYPE_APP_OTA_0 + slot, NULL);

	xsmcSetBoolean(xsResult, (NULL != partition) && (ESP_OK == esp_ota_set_boot_partition(partition)));
}

/*
	What it answers is let go: the data of a board that never had an update are blank, which is an error there, and what could not be
	written is written at the next boot.
*/
void xs_smartbox_keepImage(xsMachine *the)
{
	(void)esp_ota_mark_app_valid_cancel_rollback();
}

void xs_smartbox_restart(xsMachine *the)
{
	esp_restart();
}
