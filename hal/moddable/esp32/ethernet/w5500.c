/*
	What hal/moddable/esp32/ethernet/native.ts asks: a W5500 on an SPI of its own, by ESP-IDF 6 and its component espressif/w5500.
	The SDK's own glue is for ESP-IDF 5: README.md, "Versions".
*/
#include "xsmc.h"
#include "xsHost.h"
#include "mc.xs.h"
#include "mc.defines.h"

#include "driver/gpio.h"
#include "driver/spi_master.h"
#include "esp_eth.h"
#include "esp_eth_mac_w5500.h"
#include "esp_eth_phy_w5500.h"
#include "esp_event.h"
#include "esp_mac.h"
#include "esp_netif.h"

/* As the data sheet has frames: 16 bits of address, then 8 of control. */
enum {
	kAddressBits = 16,
	kControlBits = 8,
	kQueuedTransfers = 20
};

/* What a start makes and a stop takes down. Written by the machine's task only, but for hasAddress. */
static struct {
	xsMachine *the;
	xsSlot changed;
	esp_eth_handle_t driver;
	esp_eth_mac_t *mac;
	esp_eth_phy_t *phy;
	esp_eth_netif_glue_handle_t glue;
	esp_netif_t *netif;
	int hasBus;
	int isAttached;
	/* Messages of an earlier start are still queued when the next one runs. */
	uintptr_t start;
	volatile int hasAddress;
	/* A message waits already: one is enough, and a full queue would hold up the task of the event loop. */
	volatile int isPosted;
} gEthernet;

static void deliver(void *machine, void *refcon, uint8_t *message, uint16_t length)
{
	xsMachine *the = machine;

	gEthernet.isPosted = 0;
	if (((uintptr_t)refcon != gEthernet.start) || (NULL == gEthernet.the))
		return;
	xsBeginHost(the);
	xsCallFunction0(xsAccess(gEthernet.changed), xsGlobal);
	xsEndHost(the);
}

/* On the task of the event loop. */
static void settle(void *argument, esp_event_base_t base, int32_t event, void *data)
{
	if (IP_EVENT == base) {
		const ip_event_got_ip_t *got = data;
		if ((IP_EVENT_ETH_GOT_IP == event) && (got->esp_netif == gEthernet.netif))
			gEthernet.hasAddress = 1;
		else if (IP_EVENT_ETH_LOST_IP == event)
			gEthernet.hasAddress = 0;
		else
			return;
	}
	else if ((ETHERNET_EVENT_DISCONNECTED == event) || (ETHERNET_EVENT_STOP == event))
		gEthernet.hasAddress = 0;
	else
		return;
	if (gEthernet.isPosted)
		return;
	gEthernet.isPosted = 1;
	if (0 != modMessagePostToMachine(gEthernet.the, NULL, 0, deliver, argument))
		gEthernet.isPosted = 0;
}

static esp_err_t startBus(void)
{
	spi_bus_config_t bus = {
		.miso_io_num = MODDEF_ETHERNET_SPI_MISO_PIN,
		.mosi_io_num = MODDEF_ETHERNET_SPI_MOSI_PIN,
		.sclk_io_num = MODDEF_ETHERNET_SPI_SCK_PIN,
		.quadwp_io_num = -1,
		.quadhd_io_num = -1,
	};
	esp_err_t err = gpio_install_isr_service(0);

	/* Whoever waits for another pin has installed it. */
	if ((ESP_OK != err) && (ESP_ERR_INVALID_STATE != err))
		return err;
	err = spi_bus_initialize(MODDEF_ETHERNET_SPI_PORT, &bus, SPI_DMA_CH_AUTO);
	gEthernet.hasBus = (ESP_OK == err);
	return err;
}

static esp_err_t startDriver(void)
{
	spi_device_interface_config_t device = {
		.command_bits = kAddressBits,
		.address_bits = kControlBits,
		.mode = 0,
		.clock_speed_hz = MODDEF_ETHERNET_HZ,
		.spics_io_num = MODDEF_ETHERNET_SPI_CS_PIN,
		.queue_size = kQueuedTransfers,
	};
	eth_w5500_config_t chip = ETH_W5500_DEFAULT_CONFIG(MODDEF_ETHERNET_SPI_PORT, &device);
	eth_mac_config_t macConfig = ETH_MAC_DEFAULT_CONFIG();
	eth_phy_config_t phyConfig = ETH_PHY_DEFAULT_CONFIG();
	uint8_t address[6];
	esp_err_t err;

	chip.base.int_gpio_num = MODDEF_ETHERNET_INT_PIN;
	/* Its RESET goes with the supply. */
	phyConfig.reset_gpio_num = -1;
	gEthernet.mac = esp_eth_mac_new_w5500(&chip, &macConfig);
	gEthernet.phy = esp_eth_phy_new_w5500(&phyConfig);
	if ((NULL == gEthernet.mac) || (NULL == gEthernet.phy))
		return ESP_ERR_NOT_FOUND;
	esp_eth_config_t config = ETH_DEFAULT_CONFIG(gEthernet.mac, gEthernet.phy);
	err = esp_eth_driver_install(&config, &gEthernet.driver);
	if (ESP_OK != err)
		return err;
	/* The chip has no address of its own; the processor's fuses hold one for it. */
	err = esp_read_mac(address, ESP_MAC_ETH);
	if (ESP_OK == err)
		err = esp_eth_ioctl(gEthernet.driver, ETH_CMD_S_MAC_ADDR, address);
	return err;
}

static esp_err_t startNetif(void)
{
	esp_netif_config_t config = ESP_NETIF_DEFAULT_ETH();
	esp_err_t err = esp_netif_init();

	if (ESP_OK == err)
		err = esp_event_loop_create_default();
	/* Wi-Fi has made it. */
	if ((ESP_OK != err) && (ESP_ERR_INVALID_STATE != err))
		return err;
	gEthernet.netif = esp_netif_new(&config);
	if (NULL == gEthernet.netif)
		return ESP_ERR_NO_MEM;
	gEthernet.glue = esp_eth_new_netif_glue(gEthernet.driver);
	if (NULL == gEthernet.glue)
		return ESP_ERR_NO_MEM;
	err = esp_netif_attach(gEthernet.netif, gEthernet.glue);
	gEthernet.isAttached = (ESP_OK == err);
	return err;
}

static esp_err_t startAll(void)
{
	void *start = (void *)gEthernet.start;
	esp_err_t err = startBus();

	if (ESP_OK == err)
		err = startDriver();
	if (ESP_OK == err)
		err = startNetif();
	if (ESP_OK == err)
		err = esp_event_handler_register(ETH_EVENT, ESP_EVENT_ANY_ID, settle, start);
	if (ESP_OK == err)
		err = esp_event_handler_register(IP_EVENT, ESP_EVENT_ANY_ID, settle, start);
	if (ESP_OK == err)
		err = esp_eth_start(gEthernet.driver);
	return err;
}

/*
	In the opposite order; what was not made is left out. lwIP lets go of the driver first, and the interface goes last: the driver's
	task hands it what it receives until it is deleted.
*/
static void stopAll(void)
{
	gEthernet.start++;
	esp_event_handler_unregister(ETH_EVENT, ESP_EVENT_ANY_ID, settle);
	esp_event_handler_unregister(IP_EVENT, ESP_EVENT_ANY_ID, settle);
	if (gEthernet.isAttached)
		esp_netif_action_stop(gEthernet.netif, NULL, 0, NULL);
	if (gEthernet.driver)
		esp_eth_stop(gEthernet.driver);
	if (gEthernet.glue)
		esp_eth_del_netif_glue(gEthernet.glue);
	if (gEthernet.driver)
		esp_eth_driver_uninstall(gEthernet.driver);
	if (gEthernet.phy)
		gEthernet.phy->del(gEthernet.phy);
	if (gEthernet.mac)
		gEthernet.mac->del(gEthernet.mac);
	if (gEthernet.netif)
		esp_netif_destroy(gEthernet.netif);
	if (gEthernet.hasBus)
		spi_bus_free(MODDEF_ETHERNET_SPI_PORT);
	gEthernet.driver = NULL;
	gEthernet.glue = NULL;
	gEthernet.netif = NULL;
	gEthernet.phy = NULL;
	gEthernet.mac = NULL;
	gEthernet.hasBus = 0;
	gEthernet.isAttached = 0;
	gEthernet.hasAddress = 0;
}

void xs_smartbox_ethernetStop(xsMachine *the)
{
	if (NULL == gEthernet.the)
		return;
	stopAll();
	xsForget(gEthernet.changed);
	gEthernet.the = NULL;
}

void xs_smartbox_ethernetStart(xsMachine *the)
{
	esp_err_t err;

	if (gEthernet.the)
		xsUnknownError("Ethernet runs already");
	gEthernet.the = the;
	gEthernet.changed = xsArg(0);
	xsRemember(gEthernet.changed);
	err = startAll();
	if (ESP_OK != err)
		xs_smartbox_ethernetStop(the);
	xsmcSetInteger(xsResult, err);
}

void xs_smartbox_ethernetHasAddress(xsMachine *the)
{
	xsmcSetBoolean(xsResult, gEthernet.hasAddress);
}
